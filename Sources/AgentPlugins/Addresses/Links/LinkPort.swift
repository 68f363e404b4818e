import AgentHost

/// An interface below the node's own, through which its frames leave: a bond's or bridge's port, or what a VLAN lies on.
struct LinkPort: Sendable, Equatable {
  /// The interface.
  var link: NetworkLink
  /// The interface directly above.
  var upper: String
  /// How it was before.
  var history: LinkWindow.History

  /// Interfaces that are followed at most.
  static let most = 16
  /// Ports of other kinds (`veth`, `tun`, `vxlan`) lead to pods and virtual machines of this host. With one of them a
  /// bridge has a carrier though its cable is out.
  private static let kinds: Set<String?> = [nil, "bond", "team", "vlan", "macvlan"]

  /// The interfaces below one, at any depth, each with the one directly above; those above before those below.
  static func links(below top: NetworkLink, in table: NetworkTable) -> [(link: NetworkLink, upper: String)] {
    var found: [(link: NetworkLink, upper: String)] = []
    var seen: Set<Int> = [top.index]
    var waiting = [top]
    while !waiting.isEmpty {
      let upper = waiting.removeFirst()
      for link in table.links where found.count < most {
        let isPort = link.master == upper.name && kinds.contains(link.kind)
        guard isPort || upper.lower == link.name, seen.insert(link.index).inserted else { continue }
        found.append((link, upper.name))
        waiting.append(link)
      }
    }
    return found
  }
}

extension [LinkPort] {
  /// Those directly below an interface.
  func below(_ name: String) -> [LinkPort] { filter { $0.upper == name } }

  /// Whether frames leave through an interface and, where it has some, one of those below it.
  func carry(_ link: NetworkLink) -> Bool {
    let lower = below(link.name)
    return link.isWorking && (lower.isEmpty || lower.contains { carry($0.link) })
  }
}
