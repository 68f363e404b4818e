/// Something that a plugin must be allowed to do.
package struct Requirement: Sendable, Hashable {
  /// What it needs.
  package enum Resource: Sendable, Hashable {
    /// To read a file or a directory of the host.
    case file(String)
    /// A capability of the agent's process.
    case capability(Capability)
  }

  /// What it needs.
  package var resource: Resource
  /// The checks that cannot look without it.
  package var checks: [CheckID]
  /// The permission that it takes, in words.
  package var permission: String

  /// Makes a requirement.
  package init(_ resource: Resource, for checks: [CheckID], permission: String) {
    self.resource = resource
    self.checks = checks
    self.permission = permission
  }
}
