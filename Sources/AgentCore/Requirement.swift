/// Something that a plugin must be allowed to do.
public struct Requirement: Sendable, Hashable {
  /// What it needs.
  public enum Resource: Sendable, Hashable {
    /// To read a file or a directory of the host.
    case file(String)
    /// A capability of the agent's process.
    case capability(Capability)
  }

  /// What it needs.
  public var resource: Resource
  /// The checks that cannot look without it.
  public var checks: [CheckID]
  /// The permission that it takes, in words.
  public var permission: String

  /// Makes a requirement.
  public init(_ resource: Resource, for checks: [CheckID], permission: String) {
    self.resource = resource
    self.checks = checks
    self.permission = permission
  }
}
