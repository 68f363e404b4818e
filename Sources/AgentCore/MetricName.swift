/// A metric's name: `[a-zA-Z_:][a-zA-Z0-9_:]*`, here without colons, which belong to recording rules.
///
/// Names are written in the source, so a bad one is a programming error and traps.
package struct MetricName: Sendable, Hashable, Comparable, CustomStringConvertible, ExpressibleByStringLiteral {
  /// The name.
  package let description: String

  /// Takes a name that keeps the rules.
  package init(stringLiteral name: String) {
    precondition(Self.isValid(name), "not a metric name: \(name)")
    description = name
  }

  /// Whether a text keeps the rules.
  package static func isValid(_ name: String) -> Bool { isIdentifier(name) }

  /// Alphabetical order.
  package static func < (left: MetricName, right: MetricName) -> Bool { left.description < right.description }
}

/// A label's name: `[a-zA-Z_][a-zA-Z0-9_]*`, not beginning with `__`, which Prometheus keeps for itself.
package struct LabelName: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
  /// The name.
  package let description: String

  /// Takes a name that keeps the rules.
  package init(stringLiteral name: String) {
    precondition(Self.isValid(name), "not a label name: \(name)")
    description = name
  }

  /// Whether a text keeps the rules.
  package static func isValid(_ name: String) -> Bool { isIdentifier(name) && !name.hasPrefix("__") }
}

private func isIdentifier(_ name: String) -> Bool {
  guard let first = name.unicodeScalars.first, !("0"..."9").contains(first) else { return false }
  return name.unicodeScalars.allSatisfy {
    $0 == "_" || ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
  }
}
