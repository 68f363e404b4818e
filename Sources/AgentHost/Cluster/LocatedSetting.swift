/// A value and the place where it was written, so that a rule between several values can name the one at fault.
struct LocatedSetting<Value: Sendable>: Sendable {
  let node: SettingsNode
  let value: Value
}

extension SettingsNode {
  /// The value here; nil when it is absent or wrong, which the reader of the key reports.
  func located<T: SettingsScalar>() -> LocatedSetting<T>? {
    (try? scalar(T.self)).map { LocatedSetting(node: self, value: $0) }
  }

  /// The good items of a list.
  func located<T: SettingsScalar>() -> [LocatedSetting<T>] {
    items.compactMap { $0.located() }
  }
}

extension SettingsReader {
  /// A list in which nothing may stand twice.
  func distinctList<T: SettingsScalar & Hashable>(_ key: String, default fallback: [T] = []) -> [T] {
    rejectRepeated(node[key].located() as [LocatedSetting<T>])
    return list(key, default: fallback)
  }

  /// Reports each value that an earlier place has too.
  func rejectRepeated<T: Hashable>(_ settings: [LocatedSetting<T>]) {
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

  /// Reports a key whose address cannot belong to one host.
  func requireUnicast(_ key: String, _ address: IPAddress?) {
    requireUnicast(node[key], address)
  }

  /// Reports each item of a list whose address cannot belong to one host.
  func requireUnicast<T: SettingsScalar>(itemsOf key: String, _ address: (T) -> IPAddress?) {
    for item in node[key].located() as [LocatedSetting<T>] { requireUnicast(item.node, address(item.value)) }
  }

  /// Reports a mistake at a node of this mapping or below it.
  func reject(_ node: SettingsNode, _ wrong: String, allowed: String) {
    diagnostics.report(node, SettingsScalarError(wrong, allowed: allowed).message)
  }

  private func requireUnicast(_ node: SettingsNode, _ address: IPAddress?) {
    guard let address, !address.isUnicast else { return }
    reject(node, "'\(address)' is not the address of one host", allowed: "a unicast address")
  }
}
