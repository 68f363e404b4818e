/// A type that writes what its ``SettingsDecodable`` initialiser reads: read back, it gives an equal value.
package protocol SettingsEncodable: SettingsDecodable {
  /// Writes every key that has not its default.
  func write(to writer: inout SettingsWriter)
}

/// Writes the keys of one mapping, in the order of the calls: the other direction of ``SettingsReader``, by the same
/// names.
package struct SettingsWriter: Sendable {
  private var entries: [(key: String, value: Value)] = []

  private enum Value: Sendable {
    /// On the line of its key, as YAML.
    case line(String)
    /// On lines of their own below the key, each as YAML.
    case block([String])
  }

  /// Writes nothing yet.
  package init() {}

  /// The mapping that a value writes.
  package init(_ value: some SettingsEncodable) { value.write(to: &self) }

  /// A scalar.
  package mutating func value(_ key: String, _ value: some SettingsScalar) {
    entries.append((key, .line(value.settingsText)))
  }

  /// A scalar, unless it is the default.
  package mutating func value<T: SettingsScalar & Equatable>(_ key: String, _ value: T, default fallback: T) {
    if value != fallback { self.value(key, value) }
  }

  /// A scalar, unless it is nil.
  package mutating func optional(_ key: String, _ value: (some SettingsScalar)?) {
    if let value { self.value(key, value) }
  }

  /// A list of scalars, unless it is the default.
  package mutating func list<T: SettingsScalar & Equatable>(_ key: String, _ values: [T], default fallback: [T]? = []) {
    if values != fallback { entries.append((key, .line("[\(values.map(\.settingsText).joined(separator: ", "))]"))) }
  }

  /// A mapping of free keys to scalars, unless it is empty.
  package mutating func values(_ key: String, _ values: [(key: String, value: String)]) {
    let pairs = values.map { "\(PlainText.yaml($0.key)): \($0.value.settingsText)" }
    if !pairs.isEmpty { entries.append((key, .line("{\(pairs.joined(separator: ", "))}"))) }
  }

  /// A mapping, unless it is nil.
  package mutating func nested(_ key: String, _ value: (some SettingsEncodable)?) {
    if let value { entries.append((key, .line(SettingsWriter(value).line))) }
  }

  /// A list of mappings; nil leaves the key out, an empty list does not.
  package mutating func sections(_ key: String, _ values: [some SettingsEncodable]?) {
    guard let values else { return }
    entries.append((key, values.isEmpty ? .line("[]") : .block(values.map { "- " + SettingsWriter($0).line })))
  }

  /// A mapping of names to mappings, sorted by name, unless it is empty.
  package mutating func sections<Name: SettingsScalar & Hashable>(
    byName key: String, _ values: [Name: some SettingsEncodable]
  ) {
    let lines = values.map { "\($0.key.settingsText): \(SettingsWriter($0.value).line)" }
    if !lines.isEmpty { entries.append((key, .block(lines.sorted()))) }
  }

  /// The mapping as one line of YAML: `{name: eth0, speed: 1000}`.
  private var line: String {
    let pairs = entries.map { entry in
      switch entry.value {
      case .line(let text): "\(PlainText.yaml(entry.key)): \(text)"
      case .block(let lines): "\(PlainText.yaml(entry.key)): [\(lines.joined(separator: ", "))]"
      }
    }
    return "{\(pairs.joined(separator: ", "))}"
  }

  /// The mapping as a document of YAML, each key on a line of its own.
  package var document: String {
    entries.map { entry in
      switch entry.value {
      case .line(let text): "\(PlainText.yaml(entry.key)): \(text)\n"
      case .block(let lines): "\(PlainText.yaml(entry.key)):\n" + lines.map { "  \($0)\n" }.joined()
      }
    }.joined()
  }
}
