/// A place in a settings file: a YAML node, or the place where one could be, with its path and its file.
package struct SettingsNode: Sendable {
  /// The file as it was named.
  package let file: String
  /// The keys from the top, joined by dots; empty at the top.
  package let path: String
  /// The last key of the path, or `[INDEX]`.
  package let key: String
  /// The YAML node; nil when the file does not have one here.
  package let yaml: YAMLNode?
  /// Where the value begins; for an absent node, where the mapping begins that could hold it.
  package let mark: SourceMark
  /// Where the key begins, or the value of a list item.
  package let keyMark: SourceMark

  /// The top of a file.
  package init(top: YAMLNode?, file: String) {
    self.init(file: file, path: "", key: "", yaml: top, mark: top?.mark ?? .start, keyMark: top?.mark ?? .start)
  }

  private init(file: String, path: String, key: String, yaml: YAMLNode?, mark: SourceMark, keyMark: SourceMark) {
    self.file = file
    self.path = path
    self.key = key
    self.yaml = yaml
    self.mark = mark
    self.keyMark = keyMark
  }

  /// A place without value, which decodes to all defaults; for an agent that has no settings file, and for tests.
  package static let absent = SettingsNode(top: nil, file: "")

  /// Whether there is no value here: no key at all, or a key with nothing (or null) after it.
  package var isAbsent: Bool { yaml?.isNull ?? true }

  /// The node of a key, absent when the mapping does not have it.
  package subscript(key: String) -> SettingsNode {
    let entry = yaml?.mapping?.first { $0.key == key }
    return child(path: YAMLPath.join(path, key), key: key, yaml: entry?.value, keyMark: entry?.keyMark)
  }

  /// The nodes of a mapping in order; none for anything else.
  package var children: [SettingsNode] {
    (yaml?.mapping ?? []).map {
      child(path: YAMLPath.join(path, $0.key), key: $0.key, yaml: $0.value, keyMark: $0.keyMark)
    }
  }

  /// The nodes of a list in order; none for anything else.
  package var items: [SettingsNode] {
    (yaml?.sequence ?? []).enumerated().map { child(path: "\(path)[\($0)]", key: "[\($0)]", yaml: $1, keyMark: nil) }
  }

  private func child(path: String, key: String, yaml: YAMLNode?, keyMark: SourceMark?) -> SettingsNode {
    let mark = yaml?.mark ?? mark
    return SettingsNode(file: file, path: path, key: key, yaml: yaml, mark: mark, keyMark: keyMark ?? mark)
  }
}

extension SettingsSection {
  /// The settings of an empty file: every default.
  package static var defaults: Self {
    SettingsNode.absent.decode(Self.self, into: SettingsDiagnostics())
  }
}
