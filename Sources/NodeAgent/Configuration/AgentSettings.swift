import AgentCore
import AgentKnowledge
import AgentText

/// The settings that belong to the agent as a whole.
struct AgentSettings: SettingsSection, Sendable {
  /// The roles that were named; nil to use what was detected.
  var roles: Set<Role>?
  /// Addresses that the HTTP server listens on.
  var listen: [ListenAddress]
  /// Who may read `/status`.
  var status: StatusAudience
  var cluster: ClusterSettings

  init(from reader: SettingsReader) {
    let named: [RoleName] = reader.list("role", default: [.auto], oneOrMany: true)
    if named.count > 1, named.contains(.auto) {
      reader.reject("role", "names auto beside other roles", allowed: "auto alone, or roles without it")
    }
    roles = named.contains(.auto) || named.isEmpty ? nil : Set(named.compactMap(\.role))
    listen = reader.list("listen", default: [.standard], oneOrMany: true)
    status = reader.value("status", default: .local)
    cluster = reader.section("cluster")
    reader.allow("checks")
    reader.allow("plugins")
  }
}

/// A role as the configuration and the command line name it.
enum RoleName: String, CaseIterable, SettingsScalar {
  case auto
  case controlPlane = "control-plane"
  case worker
  case loadBalancer = "load-balancer"
  case storage

  /// The role; nil for `auto`.
  var role: Role? { Role(rawValue: rawValue) }
}

/// Who may read what names mounts, hosts and hardware addresses.
enum StatusAudience: String, CaseIterable, SettingsScalar {
  /// Clients on this host.
  case local
  /// Everybody.
  case `public`
}

/// How often a plugin looks and how long a look may take; nil leaves it to the plugin.
struct PluginTimings: SettingsSection, Sendable {
  var interval: Duration?
  var timeout: Duration?

  init(from reader: SettingsReader) {
    interval = reader.optional("interval", in: Duration.configurable)
    timeout = reader.optional("timeout", in: Duration.configurable)
  }
}

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
