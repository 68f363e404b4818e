package import AgentCore
package import AgentHost

/// Whether something was seen on the host that makes a check apply.
package enum Applicability: Sendable, Equatable {
  /// It was, there.
  case seen(Evidence)
  /// It was not; the reason in words, as it stands after "skipped:".
  case notSeen(String)
  /// The file that would tell cannot be read, or what it says cannot be understood.
  case hidden(Evidence)

  /// The file that would tell cannot be read.
  package static func hidden(_ error: FileError) -> Applicability { .hidden(Evidence(error.path, error.text)) }

  /// The first place where it was seen, else the first that is hidden, else not seen.
  package static func any(_ signs: [Applicability], else reason: String) -> Applicability {
    var hidden: Applicability?
    for sign in signs {
      switch sign {
      case .seen: return sign
      case .hidden: hidden = hidden ?? sign
      case .notSeen: continue
      }
    }
    return hidden ?? .notSeen(reason)
  }
}

/// What the packets of pods and Services go through on this node, as its files tell.
package enum NetworkApplicability {
  private static let ipvsInterface = "/sys/class/net/kube-ipvs0"

  /// The network plugin hands packets over a Linux bridge.
  package static func bridge(_ network: Fact<CNINetwork>) -> Applicability {
    switch network {
    case .absent: return .notSeen("no network plugin is configured in \(CNINetwork.directory) yet")
    case .unreadable(let error): return .hidden(error)
    case .known(let network, let source):
      let types = network.types.isEmpty ? "no plugin" : network.types.joined(separator: ", ")
      switch network.dataPath {
      case .bridge: return .seen(Evidence(source, "plugins: \(types)"))
      case .routed: return .notSeen("the network plugin (\(types) in \(source)) needs no bridge")
      case .placeholder: return .notSeen("only an example network of the runtime is configured (\(source))")
      case .notKnown: return .notSeen("whether the network plugin (\(types) in \(source)) needs it is not known")
      }
    }
  }

  /// kube-proxy works by IPVS: it makes the interface kube-ipvs0 and binds the addresses of Services to it.
  package static func ipvs(_ files: HostFiles) -> Applicability {
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
