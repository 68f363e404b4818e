/// Who hears of the rounds, on the event loop's thread.
struct RoundListener: Sendable {
  /// Called with the changes that a round announces, after they are published.
  var announce: @Sendable ([Transition]) -> Void = { _ in }
  /// Called after every round, with whether a check took another state by it.
  var published: @Sendable (_ isNews: Bool) -> Void = { _ in }
}
