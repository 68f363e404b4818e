import AgentHost
import AgentKnowledge
import AgentText

/// What a node without a default route is to its kubelet.
///
/// The kubelet takes its address from `--node-ip`, else from what the node's name resolves to, loopback left out, else
/// from the interface of the default route (nodestatus.NodeAddress() and apimachinery's ChooseHostInterface(), 1.20 to
/// 1.36); /etc/hosts is asked before DNS.
enum LostRoute: Sendable, Equatable {
  /// There is a route, or the kubelet needs none.
  case harmless
  /// The name leads to loopback or to nobody's address: the kubelet finds no address.
  case needed(name: String, source: String)
  /// The name is not in /etc/hosts.
  case unclear(name: String)

  private static let routes6 = "/proc/net/ipv6_route"
  private static let hostname = "/proc/sys/kernel/hostname"

  /// Looks at the files of a node without a default route of IPv4; for the worker thread.
  init(reading files: HostFiles, kubelet: KubeletFacts) {
    self = .harmless
    let address = kubelet.configuration.text(["nodeIP"], flag: "node-ip")
    guard kubelet.hasJoined, case .known(let given, _) = address,
      ["", "0.0.0.0", "::"].contains(given ?? ""), !Self.hasDefault6(files), let name = Self.name(files, kubelet),
      let own = try? LocalAddresses(reading: files).addresses
    else { return }
    let entries = HostsFile.entries(of: name, in: (try? files.bytesIfPresent(HostsFile.path)) ?? [])
    guard let first = entries.first else {
      self = .unclear(name: name)
      return
    }
    if !entries.contains(where: { own.contains($0.address) }) { self = .needed(name: name, source: first.source) }
  }

  private static func name(_ files: HostFiles, _ kubelet: KubeletFacts) -> String? {
    guard
      case .known(let override, _) = kubelet.configuration.text(["hostnameOverride"], flag: "hostname-override")
    else { return nil }
    if let override, !override.isEmpty { return override }
    let text = (try? files.textIfPresent(hostname, limit: .kernel)) ?? nil
    return text.map { $0.filter { !$0.isWhitespace } }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// A line of /proc/net/ipv6_route (proc_net(5)) that leads everywhere; those over lo refuse.
  private static func hasDefault6(_ files: HostFiles) -> Bool {
    let table = ((try? files.textIfPresent(routes6, limit: .kernel)) ?? nil) ?? ""
    return table.split(whereSeparator: \.isNewline).contains { line in
      let fields = line.split(separator: " ")
      return fields.count == 10 && fields[0].allSatisfy { $0 == "0" } && fields[1] == "00" && fields[9] != "lo"
    }
  }
}
