import AgentHost

extension ListenAddress: SettingsScalar {
  /// All IPv4 addresses, port 19100.
  static let standard = ListenAddress(.ipv4("0.0.0.0"), port: 19100)

  init(settingsScalar text: String) throws(SettingsScalarError) {
    do {
      try self.init(parsing: text)
    } catch {
      throw SettingsScalarError("\(error)", allowed: "an IP address and a port, as in 0.0.0.0:19100 or [::]:19100")
    }
  }
}
