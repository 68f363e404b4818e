/// Something that a plugin must be allowed to read.
public struct Requirement: Sendable, Hashable {
  /// What is read.
  public enum Resource: Sendable, Hashable {
    /// A file or a directory of the host.
    case file(String)
  }

  /// What is read.
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
