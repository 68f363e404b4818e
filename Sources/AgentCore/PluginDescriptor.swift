/// What a plugin is, without making one.
public struct PluginDescriptor: Sendable {
  /// Its name: the part of its check ids before the dot, and its key in the configuration.
  public var name: String
  /// Where it belongs in reports.
  public var area: Area
  /// What it watches, in one sentence.
  public var summary: String
  /// Its checks, in the order of reports.
  public var checks: [CheckDefinition]
  /// The longest time between two looks.
  public var interval: Duration
  /// How long one look may take before its checks turn unknown.
  public var deadline: Duration
  /// What it must be allowed to read.
  public var requirements: [Requirement]

  /// Makes a descriptor.
  public init(
    name: String, area: Area, summary: String, checks: [CheckDefinition], interval: Duration, deadline: Duration,
    requirements: [Requirement] = []
  ) {
    self.name = name
    self.area = area
    self.summary = summary
    self.checks = checks
    self.interval = interval
    self.deadline = deadline
    self.requirements = requirements
  }
}
