import AgentText

extension ListenAddress: SettingsScalar {
  /// All IPv4 addresses, port 19100.
  static let standard = ListenAddress(.ipv4("0.0.0.0"), port: 19100)

  init(settingsScalar text: String) throws(SettingsScalarError) {
    do {
      try self.init(parsing: text)
    } catch {
      // The error says what is allowed too, after a semicolon.
      let parts = error.description.split(separator: "; ", maxSplits: 1)
      throw SettingsScalarError(
        String(parts[0]), allowed: "an IP address and a port, as in 0.0.0.0:19100 or [::]:19100")
    }
  }
}
