/// A metric and all its samples.
package struct MetricFamily: Sendable, Hashable {
  /// The kinds that the agent has.
  package enum Kind: String, Sendable, Hashable {
    /// Goes up and down.
    case gauge
    /// Only grows; its name ends in `_total`.
    case counter
  }

  /// The metric's name.
  package let name: MetricName
  /// What it means, one line.
  package let help: String
  /// Its kind.
  package let kind: Kind
  /// Its samples.
  package var samples: [MetricSample]

  /// Makes a family.
  package init(_ name: MetricName, _ kind: Kind = .gauge, help: String, samples: [MetricSample] = []) {
    precondition(Self.isValid(name, kind), "a counter, and nothing else, ends in _total: \(name)")
    self.name = name
    self.help = help
    self.kind = kind
    self.samples = samples
  }

  /// Whether a name says of its kind what it must: a counter, and nothing else, ends in `_total`.
  package static func isValid(_ name: MetricName, _ kind: Kind) -> Bool {
    (kind == .counter) == name.description.hasSuffix("_total")
  }

  /// Makes a family with one sample that has no label.
  package init(_ name: MetricName, _ kind: Kind = .gauge, help: String, value: Double) {
    self.init(name, kind, help: help, samples: [MetricSample(value)])
  }
}

/// One value of a metric.
package struct MetricSample: Sendable, Hashable {
  /// The labels, in the order in which they are written.
  package let labels: [MetricLabel]
  /// The value, in base units.
  package let value: Double

  /// Makes a sample.
  package init(_ value: Double, labels: [MetricLabel] = []) {
    precondition(Set(labels.map(\.name)).count == labels.count, "a label stands twice")
    self.labels = labels
    self.value = value
  }

  /// Makes a sample from label names and values.
  package init(_ value: Double, _ labels: KeyValuePairs<LabelName, String>) {
    self.init(value, labels: labels.map { MetricLabel($0.key, $0.value) })
  }
}

/// A label of a sample.
package struct MetricLabel: Sendable, Hashable {
  /// The label's name.
  package let name: LabelName
  /// Its value: any text.
  package let value: String

  /// Makes a label.
  package init(_ name: LabelName, _ value: String) {
    self.name = name
    self.value = value
  }
}

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
