import AgentText
import AgentCore
import AgentHost

/// Whether the node's interface works.
struct LinksJudge {
  /// So many frames with errors in a window are no accident.
  static let fewErrors: UInt64 = 10
  /// A cable that is pulled and put back is two changes of the carrier, and a switch that starts anew some more.
  static let fewChanges: UInt64 = 6
  /// At the first look nothing but the count since boot is known: more than this, and more than so many a day.
  static let (fewChangesEver, changesOfADay): (UInt64, UInt64) = (20, 10)

  let observation: LinksObservation

  var verdict: Verdict {
    let name: String
    switch observation.interface {
    case .known(let found, _): name = found
    case .absent where observation.lostRoute != .harmless: return withoutRoute
    case .absent:
      let reason =
        observation.isAlone ? "this host has none but loopback" : "no default route and no --node-ip here"
      return Verdict("links.state", .skipped, "no interface carries the node's address: \(reason)")
    case .unreadable(let error): return Verdict("links.state", .unknown, "\(error)")
    }
    switch observation.link {
    case .failure(let error): return say(name, .unknown, "\(error)")
    case .success(nil):
      return say(name, .failing, "\(name) is gone: the node has no way to the network", remedy: "ip link; dmesg | tail")
    case .success(let link?): return judge(link)
    }
  }

  private var withoutRoute: Verdict {
    switch observation.lostRoute {
    case .needed(let name, let source):
      Verdict(
        "links.state", .failing,
        "there is no default route: the kubelet finds no address of this node, for \(source) gives \(name) none of its own",
        evidence: [Evidence("/proc/net/route", "no default route")],
        remedy: "ip route; ip route add default via GATEWAY; or give the kubelet --node-ip", lost: observation.lost,
        atRisk: observation.atRisk)
    case .unclear(let name):
      Verdict(
        "links.state", .unknown,
        "there is no default route, and whether \(name) leads to an address of this node by DNS cannot be seen",
        evidence: [Evidence("/proc/net/route", "no default route")], remedy: "ip route; getent ahosts \(name)")
    case .harmless: Verdict("links.state", .skipped, "no interface carries the node's address")
    }
  }

  private func judge(_ link: NetworkLink) -> Verdict {
    let name = link.name
    if !link.flags.contains(.up) {
      return say(
        name, .failing, "\(name) is switched off: the node has no way to the network",
        remedy: "ip link set dev \(name) up")
    }
    if !link.flags.contains(.lowerUp) || !observation.ports.carry(link) { return silence(link) }
    let all = [LinkPort(link: link, upper: "", history: observation.history)] + observation.ports
    for finding in [slow, spare, flapping, faulty, deaf] { if let verdict = finding(all) { return verdict } }
    return well(link)
  }

  /// No frame leaves: of a bridge that has a carrier through its guests only, too.
  private func silence(_ link: NetworkLink) -> Verdict {
    let name = link.name
    let ports = observation.ports.below(name).map(\.link.name)
    guard ports.isEmpty else {
      let list = ports.joined(separator: " ")
      return say(
        name, .failing,
        ports.count == 1
          ? "\(name) has no way out: \(list) below it has no carrier"
          : "\(name) has no way out: none of \(list) below it has a carrier",
        evidence: observation.ports.map { Evidence("rtnetlink \($0.link.name)", $0.link.isWorking ? "up" : "down") },
        remedy: "ip -br link; ethtool \(ports[0])")
    }
    if link.isWireless {
      return say(
        name, .failing, "\(name) has no carrier: no access point has let it in",
        remedy: "iw dev \(name) link; dmesg | grep \(name)")
    }
    return say(
      name, .failing,
      link.kind == nil
        ? "\(name) has no carrier: cable, plug or switch" : "\(name) has no carrier: its far end is down or gone",
      remedy: link.kind == nil ? "ethtool \(name); dmesg | grep \(name)" : "ip -d link show dev \(name)")
  }

  /// A bond lives on with what is left, and nothing else tells that the next fault ends it.
  private func spare(_ all: [LinkPort]) -> Verdict? {
    for bond in all.map(\.link) where bond.kind == "bond" {
      let ports = observation.ports.below(bond.name)
      let dead = ports.filter { !observation.ports.carry($0.link) }.map(\.link.name)
      guard let first = dead.first else { continue }
      return say(
        bond.name, .warning,
        "\(dead.count) of \(ports.count) ports of \(bond.name) have no carrier: \(dead.joined(separator: " "))",
        evidence: dead.map { Evidence("rtnetlink \($0)", "no carrier") }, remedy: "ethtool \(first)")
    }
    return nil
  }

  /// A bond's speed is the sum of its ports', which ``spare(_:)`` and the ports themselves tell better.
  private func slow(_ all: [LinkPort]) -> Verdict? {
    for port in all where port.link.kind != "bond" {
      let name = port.link.name
      guard let now = port.link.speed, let best = port.history.bestSpeed, now < best else { continue }
      return say(
        name, .warning, "\(name) fell from \(best) to \(now) Mbit/s: a wire of the cable or a plug is bad",
        evidence: [Evidence("/sys/class/net/\(name)/speed", "\(now)")], remedy: "ethtool \(name)")
    }
    return nil
  }

  /// The kernel counts how often the carrier came or went (/sys/class/net/NAME/carrier_changes, since Linux 3.15).
  private func flapping(_ all: [LinkPort]) -> Verdict? {
    for port in all {
      let (name, total) = (port.link.name, port.link.counters.carrierChanges)
      guard let words = changes(port, total) else { continue }
      return say(
        name, .warning, "the carrier of \(name) \(words): the link flaps, by cable, plug, switch port or power",
        evidence: [Evidence("/sys/class/net/\(name)/carrier_changes", "\(total)")],
        remedy: "ethtool \(name); journalctl -k -g 'Link is (Up|Down)' --since -1h")
    }
    return nil
  }

  private func changes(_ port: LinkPort, _ total: UInt64) -> String? {
    if let count = port.history.newCarrierChanges {
      return count >= Self.fewChanges ? "changed \(count) times in \(port.history.over.spoken)" : nil
    }
    let uptime = Duration.nanoseconds(observation.takenAt.bootNanoseconds)
    // A part of a day counts as its part: total / days > 10.
    let (usual, isHuge) = Self.changesOfADay.multipliedReportingOverflow(by: UInt64(max(0, uptime.components.seconds)))
    guard total > Self.fewChangesEver, !isHuge, total.multipliedReportingOverflow(by: 86_400).partialValue > usual,
      total < UInt64(UInt32.max)
    else { return nil }
    return "changed \(total) times in \(uptime.spoken) since boot"
  }

  private func faulty(_ all: [LinkPort]) -> Verdict? {
    for port in all {
      guard let count = port.history.newErrors, count >= Self.fewErrors else { continue }
      let (name, counters) = (port.link.name, port.link.counters)
      return say(
        name, .warning, "\(name) had \(count) frames with errors in \(port.history.over.spoken)",
        evidence: [
          Evidence("rtnetlink \(name)", "receive errors \(counters.receiveErrors)"),
          Evidence("rtnetlink \(name)", "wrong checksums \(counters.receiveCRCErrors)"),
          Evidence("rtnetlink \(name)", "transmit errors \(counters.transmitErrors)"),
        ], remedy: "ethtool -S \(name) | grep -i err")
    }
    return nil
  }

  private func deaf(_ all: [LinkPort]) -> Verdict? {
    guard let name = all.first(where: \.link.isDeaf)?.link.name else { return nil }
    switch observation.announcer {
    case .known(let announcer, let source) where !announcer.isBinding:
      return say(
        name, .warning, "\(name) is Wi-Fi and not promiscuous: Service addresses may stay silent on this node",
        evidence: [Evidence(source, announcer.name)], remedy: "ip link set dev \(name) promisc on")
    case .unreadable(let error):
      return say(name, .unknown, "whether a speaker announces from this Wi-Fi node cannot be seen: \(error)")
    case .known, .absent: return nil
    }
  }

  /// Of a virtual interface the speed is that of what is below.
  private func well(_ link: NetworkLink) -> Verdict {
    let speed = link.speed ?? observation.ports.lazy.compactMap(\.link.speed).first
    return say(link.name, .ok, "\(link.name) is up" + (speed.map { " with \($0) Mbit/s" } ?? ""))
  }

  private func say(
    _ name: String, _ state: CheckState, _ summary: String, evidence: [Evidence] = [], remedy: String? = nil
  ) -> Verdict {
    let subject = observation.interface.value ?? name
    let origin = observation.interface.source.map { [Evidence($0, subject)] } ?? []
    // What only slows or troubles it endangers the same.
    let lost = state == .failing && isCutOff ? observation.lost : []
    return Verdict(
      "links.state", subject: subject, state, summary, evidence: origin + evidence, remedy: remedy, lost: lost,
      atRisk: observation.lost + observation.atRisk)
  }

  /// Whether nothing gets through the interface.
  private var isCutOff: Bool {
    guard case .success(let link) = observation.link else { return false }
    guard let link else { return true }
    return !link.isWorking || !observation.ports.carry(link)
  }
}

extension NetworkLink {
  /// Whether it passes on no questions for addresses that the host answers for without holding them, as a speaker does
  /// (metallb#253): Wi-Fi hardware takes only those for the host's own, unless it takes everything.
  var isDeaf: Bool { isWireless && !isPromiscuous }
}
