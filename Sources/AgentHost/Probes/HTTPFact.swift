/// What a server says of itself, or why that is not known.
package enum HTTPFact<Value> {
  /// It answered with status 200 and what was expected, after this time.
  case known(Value, after: Duration)
  /// It answered with another status.
  case status(Int)
  /// It answered something else than what was expected, in words: `is no JSON`.
  case malformed(String)
  /// There was no complete answer.
  case failed(HTTPProbeFailure)
  /// The host is recorded, and this was not.
  case notRecorded
}

extension HTTPFact: Sendable where Value: Sendable {}
extension HTTPFact: Equatable where Value: Equatable {}
extension HTTPFact: Encodable where Value: Encodable {}
extension HTTPFact: Decodable where Value: Decodable {}

extension HTTPFact {
  /// Reads what a server answered.
  ///
  /// - Parameters:
  ///   - expected: what the body should be, as it reads after `is no `.
  ///   - parse: reads the body of an answer with status 200; nil when it is something else.
  package init(_ result: HTTPProbeResult, expected: String, parse: ([UInt8]) -> Value?) {
    switch result.outcome {
    case .failed(let failure): self = .failed(failure)
    case .notRecorded: self = .notRecorded
    case .answered(let answer) where answer.status != 200: self = .status(answer.status)
    case .answered(let answer) where answer.isTruncated: self = .malformed("is more than \(answer.body.count) bytes")
    case .answered(let answer):
      self = parse(answer.body).map { .known($0, after: result.times.total) } ?? .malformed("is no \(expected)")
    }
  }

  /// What it says; nil when that is not known.
  package var value: Value? {
    if case .known(let value, _) = self { value } else { nil }
  }
}
