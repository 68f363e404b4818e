/// A value and the place where it was written, so that a rule between several values can name the one at fault.
package struct LocatedSetting<Value: Sendable>: Sendable {
  /// Where it was written.
  package let node: SettingsNode
  /// The value.
  package let value: Value

  /// A value that was read from a node.
  package init(node: SettingsNode, value: Value) {
    self.node = node
    self.value = value
  }
}

extension SettingsNode {
  /// The value here; nil when it is absent or wrong, which the reader of the key reports.
  package func located<T: SettingsScalar>() -> LocatedSetting<T>? {
    (try? scalar(T.self)).map { LocatedSetting(node: self, value: $0) }
  }

  /// The good items of a list.
  package func located<T: SettingsScalar>() -> [LocatedSetting<T>] {
    items.compactMap { $0.located() }
  }
}

extension SettingsReader {
  /// A list in which nothing may stand twice.
  package func distinctList<T: SettingsScalar & Hashable>(_ key: String, default fallback: [T] = []) -> [T] {
    rejectRepeated(node[key].located() as [LocatedSetting<T>])
    return list(key, default: fallback)
  }

  /// Reports each value that an earlier place has too.
  package func rejectRepeated<T: Hashable>(_ settings: [LocatedSetting<T>]) {
    var first: [T: SettingsNode] = [:]
    for setting in settings {
      if let earlier = first[setting.value] {
        let shown = PlainText.short("\(setting.value)")
        reject(setting.node, "'\(shown)' is given twice, first at \(earlier.path)", allowed: "once")
      } else {
        first[setting.value] = setting.node
      }
    }
  }

  /// Reports a mistake at a node of this mapping or below it.
  package func reject(_ node: SettingsNode, _ wrong: String, allowed: String) {
    diagnostics.report(node, SettingsScalarError(wrong, allowed: allowed).message)
  }
}
