/// What a plugin is, without making one.
package struct PluginDescriptor: Sendable {
  /// Its name: the part of its check ids before the dot, and its key in the configuration.
  package var name: String
  /// Where it belongs in reports.
  package var area: Area
  /// What it watches, in one sentence.
  package var summary: String
  /// Its checks, in the order of reports.
  package var checks: [CheckDefinition]
  /// How often it looks when nothing triggers it.
  package var rhythm: Rhythm
  /// How long one look may take before its checks turn unknown.
  package var deadline: Duration
  /// How long one look of `doctor` may take when the plugin or a check of it is asked for by name; nil for no longer.
  package var namedDeadline: Duration?
  /// What it must be allowed to do.
  package var requirements: [Requirement]

  /// Makes a descriptor.
  package init(
    name: String, area: Area, summary: String, checks: [CheckDefinition], rhythm: Rhythm, deadline: Duration,
    namedDeadline: Duration? = nil, requirements: [Requirement] = []
  ) {
    self.name = name
    self.area = area
    self.summary = summary
    self.checks = checks
    self.rhythm = rhythm
    self.deadline = deadline
    self.namedDeadline = namedDeadline
    self.requirements = requirements
  }
}
