/// A setting as the agent uses it, for `nodeagent config show`.
package struct EffectiveSetting: Sendable, Equatable {
  /// Where a value came from.
  package enum Origin: Sendable, Equatable {
    /// The agent's default.
    case `default`
    /// Found in a file of the host.
    case detected(file: String)
    /// Written in the settings file, on this line.
    case configured(file: String, line: Int)
  }

  /// The keys from the top, joined by dots.
  package let path: String
  /// The value as YAML on one line; a type whose values hold a secret has masked it.
  package let value: String
  /// Where the value came from.
  package let origin: Origin

  /// A value and its origin.
  package init(path: String, value: String, origin: Origin) {
    self.path = path
    self.value = value
    self.origin = origin
  }
}
