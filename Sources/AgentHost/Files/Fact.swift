/// One thing that was looked for on the host: found, not there, or not to be seen.
///
/// One unreadable file makes only those checks unknown that need it, so an observation holds facts, not errors thrown.
package enum Fact<Value> {
  /// Found; the source names the file, with its line where that helps.
  case known(Value, source: String)
  /// Looked, and it is not there.
  case absent
  /// Could not look; the error names the path and the reason.
  case unreadable(FileError)
}

extension Fact: Sendable where Value: Sendable {}
extension Fact: Equatable where Value: Equatable {}
extension Fact: Hashable where Value: Hashable {}

extension Fact {
  /// Reads the fact that one file states.
  ///
  /// - Parameters:
  ///   - source: the path, and where in it.
  ///   - body: reads and parses; nil when there is no such file.
  package init(from source: String, _ body: () throws(FileError) -> Value?) {
    do {
      self = try body().map { .known($0, source: source) } ?? .absent
    } catch {
      self = error.reason == .notFound ? .absent : .unreadable(error)
    }
  }

  /// What was found; nil when it is not there or could not be looked for.
  package var value: Value? {
    if case .known(let value, _) = self { value } else { nil }
  }

  /// Where it was found; nil when it was not.
  package var source: String? {
    if case .known(_, let source) = self { source } else { nil }
  }

  /// Why it could not be looked for.
  package var error: FileError? {
    if case .unreadable(let error) = self { error } else { nil }
  }

  /// The fact with its value changed.
  package func map<Other>(_ transform: (Value) -> Other) -> Fact<Other> {
    switch self {
    case .known(let value, let source): .known(transform(value), source: source)
    case .absent: .absent
    case .unreadable(let error): .unreadable(error)
    }
  }
}
