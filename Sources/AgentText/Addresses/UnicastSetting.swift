extension SettingsReader {
  /// Reports a key whose address cannot belong to one host.
  package func requireUnicast(_ key: String, _ address: IPAddress?) {
    requireUnicast(node[key], address)
  }

  /// Reports each item of a list whose address cannot belong to one host.
  package func requireUnicast<T: SettingsScalar>(itemsOf key: String, _ address: (T) -> IPAddress?) {
    for item in node[key].located() as [LocatedSetting<T>] { requireUnicast(item.node, address(item.value)) }
  }

  private func requireUnicast(_ node: SettingsNode, _ address: IPAddress?) {
    guard let address, !address.isUnicast else { return }
    reject(node, "'\(address)' is not the address of one host", allowed: "a unicast address")
  }
}
