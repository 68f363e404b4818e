extension SettingsReader {
  /// A list of scalars: configured, else detected, else the default. A key without value is as no key.
  ///
  /// With `oneOrMany`, a lone scalar is a list of one.
  package func list<T: SettingsScalar>(
    _ key: String, detected: (value: [T], file: String)? = nil, default fallback: [T] = [], oneOrMany: Bool = false
  ) -> [T] {
    let node = child(key)
    guard let yaml = node.yaml, !yaml.isNull else {
      let origin = detected.map { EffectiveSetting.Origin.detected(file: $0.file) } ?? .default
      record(key, Self.text(detected?.value ?? fallback), origin)
      return detected?.value ?? fallback
    }
    let isLone = oneOrMany && yaml.text != nil
    guard isLone || yaml.sequence != nil else {
      diagnostics.report(node, "is \(SettingsText.kind(yaml)), not a list; allowed: a list, as in [a, b]")
      return fallback
    }
    let nodes = isLone ? [node] : node.items
    let values = nodes.compactMap { configured($0, check: nil) as T? }
    if values.count == nodes.count { record(key, Self.text(values), node.origin) }
    return values
  }

  /// A mapping of free keys to scalars: what is configured, else the default.
  package func values<T: SettingsScalar>(_ key: String, default fallback: [String: T] = [:]) -> [String: T] {
    let node = child(key)
    guard !node.isAbsent else {
      for (name, value) in fallback.sorted(by: { $0.key < $1.key }) {
        let path = YAMLPath.join(node.path, name)
        diagnostics.record(EffectiveSetting(path: path, value: value.settingsText, origin: .default))
      }
      return fallback
    }
    var values: [String: T] = [:]
    for child in map(key).values.sorted(by: { $0.keyMark < $1.keyMark }) {
      guard let value: T = configured(child, check: nil) else { continue }
      values[child.key] = value
      diagnostics.record(EffectiveSetting(path: child.path, value: value.settingsText, origin: child.origin))
    }
    return values
  }

  /// A mapping of free keys, whose nodes others decode; empty when it is absent.
  package func map(_ key: String) -> [String: SettingsNode] {
    let node = child(key)
    if let yaml = node.yaml, !yaml.isNull, yaml.mapping == nil {
      diagnostics.report(node, "is \(SettingsText.kind(yaml)), not a mapping; allowed: a mapping, as in {a: b}")
    }
    return Dictionary(node.children.map { ($0.key, $0) }) { _, last in last }
  }

  /// A mapping that is decoded even when it is absent, because everything in it has a default.
  package func section<T: SettingsSection>(_ key: String, as type: T.Type = T.self) -> T {
    child(key).decode(type, into: diagnostics)
  }

  /// A mapping that may be absent: nil then, and when it is wrong.
  package func nested<T: SettingsDecodable>(_ key: String, as type: T.Type = T.self) -> T? {
    let node = child(key)
    return node.isAbsent ? nil : node.decode(type, into: diagnostics)
  }

  /// A list of mappings; empty when it is absent.
  package func sections<T: SettingsDecodable>(_ key: String, as type: T.Type = T.self) -> [T] {
    let node = child(key)
    guard let yaml = node.yaml, !yaml.isNull else { return [] }
    guard yaml.sequence != nil else {
      diagnostics.report(node, "is \(SettingsText.kind(yaml)), not a list; allowed: a list of mappings")
      return []
    }
    return node.items.compactMap { item in
      guard !item.isAbsent else {
        diagnostics.report(item, "has no value; allowed: a mapping")
        return nil
      }
      return item.decode(type, into: diagnostics)
    }
  }

  /// A mapping whose keys are names of one type and whose values are mappings; a wrong name is reported.
  package func sections<Name: SettingsScalar & Hashable, T: SettingsDecodable>(byName key: String) -> [Name: T] {
    var found: [Name: T] = [:]
    for (text, node) in map(key) {
      do {
        found[try Name(settingsScalar: text)] = node.decode(T.self, into: diagnostics)
      } catch {
        diagnostics.report(node, error.message)
      }
    }
    return found
  }

  private static func text<T: SettingsScalar>(_ values: [T]) -> String {
    "[" + values.map(\.settingsText).joined(separator: ", ") + "]"
  }
}
