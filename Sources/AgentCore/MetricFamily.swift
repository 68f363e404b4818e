/// A metric and all its samples.
public struct MetricFamily: Sendable, Hashable {
  /// The kinds that the agent has.
  public enum Kind: String, Sendable, Hashable {
    /// Goes up and down.
    case gauge
    /// Only grows; its name ends in `_total`.
    case counter
  }

  /// The metric's name.
  public let name: MetricName
  /// What it means, one line.
  public let help: String
  /// Its kind.
  public let kind: Kind
  /// Its samples.
  public var samples: [MetricSample]

  /// Makes a family.
  public init(_ name: MetricName, _ kind: Kind = .gauge, help: String, samples: [MetricSample] = []) {
    precondition(Self.isValid(name, kind), "a counter, and nothing else, ends in _total: \(name)")
    self.name = name
    self.help = help
    self.kind = kind
    self.samples = samples
  }

  /// Whether a name says of its kind what it must: a counter, and nothing else, ends in `_total`.
  public static func isValid(_ name: MetricName, _ kind: Kind) -> Bool {
    (kind == .counter) == name.description.hasSuffix("_total")
  }

  /// Makes a family with one sample that has no label.
  public init(_ name: MetricName, _ kind: Kind = .gauge, help: String, value: Double) {
    self.init(name, kind, help: help, samples: [MetricSample(value)])
  }
}

/// One value of a metric.
public struct MetricSample: Sendable, Hashable {
  /// The labels, in the order in which they are written.
  public let labels: [MetricLabel]
  /// The value, in base units.
  public let value: Double

  /// Makes a sample.
  public init(_ value: Double, labels: [MetricLabel] = []) {
    precondition(Set(labels.map(\.name)).count == labels.count, "a label stands twice")
    self.labels = labels
    self.value = value
  }

  /// Makes a sample from label names and values.
  public init(_ value: Double, _ labels: KeyValuePairs<LabelName, String>) {
    self.init(value, labels: labels.map { MetricLabel($0.key, $0.value) })
  }
}

/// A label of a sample.
public struct MetricLabel: Sendable, Hashable {
  /// The label's name.
  public let name: LabelName
  /// Its value: any text.
  public let value: String

  /// Makes a label.
  public init(_ name: LabelName, _ value: String) {
    self.name = name
    self.value = value
  }
}
