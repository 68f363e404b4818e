import AgentCore
import AgentHost

/// Whether the node's interface works.
struct LinksJudge {
  /// So many frames with errors in a window are no accident.
  static let fewErrors: UInt64 = 10

  let observation: LinksObservation

  var verdict: Verdict {
    let name: String
    switch observation.interface {
    case .known(let found, _): name = found
    case .absent:
      return Verdict(
        "links.state", .skipped, "no interface carries the node's address: no default route and no --node-ip here")
    case .unreadable(let error): return Verdict("links.state", .unknown, "\(error)")
    }
    switch observation.link {
    case .failure(let error): return say(name, .unknown, "\(error)")
    case .success(nil):
      return say(name, .failing, "\(name) is gone: the node has no way to the network", remedy: "ip link; dmesg | tail")
    case .success(let link?): return judge(link)
    }
  }

  private func judge(_ link: NetworkLink) -> Verdict {
    let name = link.name
    if !link.flags.contains(.up) {
      return say(
        name, .failing, "\(name) is switched off: the node has no way to the network",
        remedy: "ip link set dev \(name) up")
    }
    if !link.flags.contains(.lowerUp) {
      return say(
        name, .failing, "\(name) has no carrier: cable, plug or switch", remedy: "ethtool \(name); dmesg | grep \(name)"
      )
    }
    return speed(link) ?? errors(link) ?? wireless(link) ?? well(link)
  }

  private func speed(_ link: NetworkLink) -> Verdict? {
    guard let now = link.speed, let best = observation.history.bestSpeed, now < best else { return nil }
    return say(
      link.name, .warning, "\(link.name) fell from \(best) to \(now) Mbit/s: a wire of the cable or a plug is bad",
      evidence: [Evidence("/sys/class/net/\(link.name)/speed", "\(now)")], remedy: "ethtool \(link.name)")
  }

  private func errors(_ link: NetworkLink) -> Verdict? {
    guard let count = observation.history.newErrors, count >= Self.fewErrors else { return nil }
    return say(
      link.name, .warning, "\(link.name) had \(count) frames with errors in \(observation.history.over.spoken)",
      evidence: [
        Evidence("rtnetlink \(link.name)", "receive errors \(link.counters.receiveErrors)"),
        Evidence("rtnetlink \(link.name)", "wrong checksums \(link.counters.receiveCRCErrors)"),
        Evidence("rtnetlink \(link.name)", "transmit errors \(link.counters.transmitErrors)"),
      ], remedy: "ethtool -S \(link.name) | grep -i err")
  }

  /// Wi-Fi hardware passes on broadcasts for addresses of the host itself only, and MetalLB's are not (metallb#253).
  private func wireless(_ link: NetworkLink) -> Verdict? {
    guard link.isWireless, !link.isPromiscuous else { return nil }
    switch observation.hasSpeaker {
    case .known(true, _):
      return say(
        link.name, .warning,
        "\(link.name) is Wi-Fi and not promiscuous: MetalLB's addresses may stay silent on this node",
        remedy: "ip link set dev \(link.name) promisc on")
    case .unreadable(let error):
      return say(link.name, .unknown, "whether MetalLB announces from this Wi-Fi node cannot be seen: \(error)")
    case .known(false, _), .absent: return nil
    }
  }

  private func well(_ link: NetworkLink) -> Verdict {
    say(link.name, .ok, "\(link.name) is up" + (link.speed.map { " with \($0) Mbit/s" } ?? ""))
  }

  private func say(
    _ name: String, _ state: CheckState, _ summary: String, evidence: [Evidence] = [], remedy: String? = nil
  ) -> Verdict {
    let origin = observation.interface.source.map { [Evidence($0, name)] } ?? []
    return Verdict("links.state", subject: name, state, summary, evidence: origin + evidence, remedy: remedy)
  }
}
