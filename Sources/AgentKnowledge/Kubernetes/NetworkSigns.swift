import AgentCore
package import AgentHost

/// What the packets of pods and Services go through on this node, as its files tell.
package enum NetworkSigns {
  private static let ipvsInterface = "/sys/class/net/kube-ipvs0"

  /// The network plugin hands packets over a Linux bridge.
  package static func bridge(_ network: Fact<CNINetwork>) -> Sign {
    switch network {
    case .absent: return .notSeen("no network plugin is configured in \(CNINetwork.directory) yet")
    case .unreadable(let error): return .hidden(error)
    case .known(let network, let source):
      let types = network.types.isEmpty ? "no plugin" : network.types.joined(separator: ", ")
      switch network.dataPath {
      case .bridge: return .seen(Evidence(source, "plugins: \(types)"))
      case .routed: return .notSeen("the network plugin (\(types) in \(source)) needs no bridge")
      case .placeholder: return .notSeen("only CRI-O's own example network is configured (\(source))")
      case .notKnown: return .notSeen("whether the network plugin (\(types) in \(source)) needs it is not known")
      }
    }
  }

  /// kube-proxy works by IPVS: it makes the interface kube-ipvs0 and binds the addresses of Services to it.
  package static func ipvs(_ files: HostFiles) -> Sign {
    do throws(FileError) {
      let isLink = try files.linkTarget(ipvsInterface) != nil
      let isThere = try files.kind(ipvsInterface) != nil
      guard isLink || isThere else {
        return .notSeen("kube-proxy does not work by IPVS (no interface kube-ipvs0)")
      }
      return .seen(Evidence(ipvsInterface, "present"))
    } catch {
      return .hidden(error)
    }
  }
}
