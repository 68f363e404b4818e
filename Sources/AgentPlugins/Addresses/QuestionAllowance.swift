import AgentCore

/// How often the link may be asked: once in a period, and some times more for periods that passed without a question.
struct QuestionAllowance: Sendable {
  private let period: Duration
  private let reserve: Int
  /// The moment until which the questions of the past fill their periods.
  private var spent: HostTime?

  /// - Parameter reserve: the most questions at one moment; at least one.
  init(period: Duration, reserve: Int) {
    self.period = period
    self.reserve = reserve
  }

  /// Takes one question; false when there is none left.
  mutating func take(at time: HostTime) -> Bool {
    let begin = spent.flatMap { $0.elapsed(since: time) > .zero ? $0 : nil } ?? time
    let end = begin.advanced(by: period)
    guard end.elapsed(since: time) <= period * reserve else { return false }
    spent = end
    return true
  }
}
