import AgentHost
import AgentKnowledge
import AgentText

/// Which programs use a proxy, and whom they must not ask through it.
struct ProxyFacts: Sendable, Equatable {
  /// pam_env(8) gives these variables to login sessions, not to services; kubeadm copies them from there.
  static let loginPath = "/etc/environment"
  /// What Calico's network plugin reaches the API server with: by the Service's address, which a worker's other files
  /// do not tell.
  static let pluginKubeconfig = "/etc/cni/net.d/calico-kubeconfig"

  /// The programs that the host has, with or without a proxy.
  var components: [ProxyComponent]
  /// The proxy variables of login sessions.
  var logins: Fact<ProxyVariables>
  /// The shared address of the API servers.
  var endpoint: Fact<ControlPlaneEndpoint>
  /// The API servers as the configuration names them.
  var members: [Endpoint]
  /// The host's own addresses.
  var own: Fact<OwnAddresses>
  /// The addresses of which one is the node's: those of `--node-ip`, else those on the interface with the default
  /// route that do not move from host to host.
  var nodeAddresses: [IPAddress]
  /// The networks of pods and Services; empty on a worker.
  var networks: ClusterNetworks
  /// The API server as the network plugin names it.
  var plugin: Fact<Endpoint>

  init(
    reading files: HostFiles, cluster: ClusterSettings, isControlPlane: Bool, identity: NodeIdentity
  ) {
    components = ProxyComponent.read(files)
    logins = Fact(from: Self.loginPath) { () throws(FileError) in
      try files.bytesIfPresent(Self.loginPath).map { Self.logins(String(decoding: $0, as: UTF8.self)) }
    }
    endpoint = ControlPlaneEndpoint.detect(
      files, configured: cluster.controlPlane.endpoint, isControlPlane: isControlPlane)
    members = cluster.controlPlane.members
    own = identity.own
    nodeAddresses = identity.likelyAddresses
    networks = ClusterNetworks(reading: files)
    plugin = Fact(from: Self.pluginKubeconfig) { () throws(FileError) in
      try files.bytesIfPresent(Self.pluginKubeconfig, limit: .kubeconfig).flatMap(Self.server)
    }
  }

  static func logins(_ text: String) -> ProxyVariables {
    var variables = ProxyVariables()
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let assignment = line.hasPrefix("export ") ? line.dropFirst(7) : line
      for found in EnvironmentFile.parse(String(assignment)) {
        variables.set(found.name, found.value, source: "\(loginPath):\(index + 1)")
      }
    }
    return variables
  }

  /// `server` of the first cluster. Calico writes an IPv4 address in brackets too, `https://[10.96.0.1]:443`.
  private static func server(_ content: [UInt8]) -> Endpoint? {
    let root = (try? YAMLParser.document(content, allowDuplicateKeys: true)) ?? nil
    let url = root?["clusters"]?.sequence?.first?[path: "cluster", "server"]?.text
    guard let url, let start = url.firstRange(of: "https://")?.upperBound else { return nil }
    let authority = url[start...].prefix { $0 != "/" }
    let plain = authority.contains(".") ? authority.filter { $0 != "[" && $0 != "]" } : String(authority)
    return try? HTTPURL(settingsScalar: "https://\(plain)").endpoint
  }
}
