/// What came of asking for something that only root may ask.
package enum HelperAnswer<Facts> {
  /// It was asked, by this process or by the helper.
  case facts(Facts)
  /// It could not be asked, in words: to be judged as unknown.
  case unavailable(String)
}

extension HelperAnswer: Sendable where Facts: Sendable {}
extension HelperAnswer: Equatable where Facts: Equatable {}

extension HelperAnswer {
  /// The facts; nil when they could not be asked for.
  package var facts: Facts? {
    if case .facts(let facts) = self { facts } else { nil }
  }
}
