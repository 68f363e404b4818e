package import AgentText

/// The `cluster.tunnel` section: the FRP tunnel through which the Internet reaches the ingress.
package struct TunnelSettings: SettingsSection, Sendable, Hashable {
  /// The tunnel's server (frps, `bindPort`), whose address is the public one; nil: not watched.
  package let server: Endpoint?
  /// The client's admin API (frpc, `webServer`); nil: not asked.
  package let admin: TunnelAdminSettings?
  /// The host names that must answer from outside as they do inside.
  package let publicHosts: [HostName]

  /// Reads `server`, `admin` and `publicHosts`.
  package init(from reader: SettingsReader) {
    server = reader.optional("server")
    admin = reader.nested("admin")
    publicHosts = reader.distinctList("publicHosts")
    reader.requireUnicast("server", server?.host.address)
  }
}

/// The `cluster.tunnel.admin` section: the admin API of the tunnel's client.
package struct TunnelAdminSettings: SettingsDecodable, Sendable, Hashable {
  /// Where the API answers.
  package let url: HTTPURL
  /// The user of HTTP's basic authentication (RFC 7617); nil: none is sent.
  package let user: String?
  /// The file whose first line is that user's password; set whenever `user` is.
  package let passwordFile: AbsolutePath?

  /// Reads `url`, which is required, and `user` and `passwordFile`, which come together.
  package init?(from reader: SettingsReader) {
    let url: HTTPURL? = reader.required("url")
    user = reader.optional("user")
    passwordFile = reader.optional("passwordFile")
    Self.requireBoth(reader)
    if let user, user.unicodeScalars.contains(where: { $0 == ":" || $0.properties.generalCategory == .control }) {
      reader.reject("user", "has a colon or a control character", allowed: "a name without them (RFC 7617)")
    }
    guard let url else { return nil }
    self.url = url
  }

  private static func requireBoth(_ reader: SettingsReader) {
    switch (reader.has("user"), reader.has("passwordFile")) {
    case (true, false):
      reader.reject("user", "is given without 'passwordFile'", allowed: "both keys or neither")
    case (false, true):
      reader.reject("passwordFile", "is given without 'user'", allowed: "both keys or neither")
    default: break
    }
  }
}
