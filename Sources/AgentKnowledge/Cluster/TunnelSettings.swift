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
