import AgentHost
import AgentCore
import AgentKnowledge
import AgentText

/// What is wrong with Keepalived's configuration.
struct KeepalivedFindings {
  typealias Finding = VIPConfigurationJudge.Finding
  typealias Instance = KeepalivedConfiguration.Instance

  let look: VIPLook

  var findings: [Finding] {
    switch look.setup.keepalived {
    case .absent: return []
    case .unreadable(let error): return [Finding(state: .unknown, text: "\(error)", source: error.path)]
    case .known(let configuration, _):
      let instances = configuration.instances
      return duplicates(instances) + instances.flatMap(missing) + configuration.flaws.filter(\.isFatal).map(flaw)
        + instances.flatMap(faults) + instances.flatMap(dropping) + instances.flatMap(selves)
        + configuration.flaws.filter { !$0.isFatal }.map(flaw) + instances.flatMap(patient) + untracked(configuration)
        + configuration.problems.map(problem)
    }
  }

  /// Two instances with one number on one interface take each other's advertisements, unless they speak to different
  /// hosts only (keepalived.conf(5), virtual_router_id) or of different families.
  private func duplicates(_ instances: [Instance]) -> [Finding] {
    var found: [Finding] = []
    for (index, instance) in instances.enumerated() {
      guard let other = instances[..<index].first(where: { Self.collide($0, instance) }) else { continue }
      found.append(
        Finding(
          state: .failing,
          text:
            "virtual_router_id \(instance.routerID ?? 0) is given twice on \(PlainText.short(instance.interface ?? "")): "
            + "\(PlainText.short(other.name)) and \(PlainText.short(instance.name))", source: instance.source))
    }
    return found
  }

  private static func collide(_ left: Instance, _ right: Instance) -> Bool {
    guard let number = left.routerID, number == right.routerID, left.interface == right.interface,
      left.interface != nil, family(left) == family(right) || family(left) == nil || family(right) == nil
    else { return false }
    if left.peers.isEmpty || right.peers.isEmpty { return left.peers.isEmpty && right.peers.isEmpty }
    return !Set(left.peers).isDisjoint(with: right.peers)
  }

  private static func family(_ instance: Instance) -> IPAddress.Family? { instance.addresses.first?.family }

  private func missing(_ instance: Instance) -> [Finding] {
    guard let name = instance.interface, case .success(let table) = look.table, table.link(name) == nil else {
      return []
    }
    return [
      Finding(
        state: .failing,
        text: "\(PlainText.short(instance.name)) uses \(PlainText.short(name)), which this host does not have",
        source: instance.source, remedy: "ip -br link")
    ]
  }

  /// A host that is its own peer hears its own advertisements as another's.
  private func selves(_ instance: Instance) -> [Finding] {
    guard case .success(let table) = look.table else { return [] }
    let own = Set(table.addresses.map(\.address)).subtracting(instance.addresses)
    return instance.peers.filter(own.contains).map { peer in
      Finding(
        state: .warning,
        text: "unicast_peer of \(PlainText.short(instance.name)) contains this host's own address \(peer)",
        source: instance.source)
    }
  }

  /// What does not work is a failure where it moves the address, else a mistake of another one.
  private func state(_ instance: Instance) -> CheckState {
    instance.addresses.contains(look.address) ? .failing : .warning
  }

  private func flaw(_ flaw: KeepalivedConfiguration.Flaw) -> Finding {
    Finding(state: flaw.isFatal ? .failing : .warning, text: flaw.text, source: flaw.source)
  }

  /// What keeps it in FAULT from the start: with peers it listens at its source address alone, which must be its own
  /// (vrrp_scheduler.c: "src address not configured"), and without one it needs an address to send from ("no IPv4
  /// address for interface").
  private func faults(_ instance: Instance) -> [Finding] {
    guard case .success(let table) = look.table, let name = instance.interface, table.link(name) != nil,
      let family = instance.addresses.first?.family
    else { return [] }
    let title = PlainText.short(instance.name)
    if let source = instance.sourceAddress {
      let isOwn = table.addresses.contains { $0.address == source }
      guard !instance.peers.isEmpty, !isOwn else { return [] }
      return [
        Finding(
          state: state(instance),
          text: "unicast_src_ip \(source) of \(title) is no address of this host: it stays in FAULT",
          source: instance.source, remedy: "ip -br address; mend unicast_src_ip of \(title)")
      ]
    }
    let virtual = Set(look.setup.keepalived.value?.addresses.map(\.address) ?? [])
    let own = table.addresses(on: name).map(\.address).filter { $0.family == family && !virtual.contains($0) }
    // IPv6 has its link-local address, which recordings leave out.
    guard family == .v4, own.isEmpty, !table.addresses.isEmpty else { return [] }
    return [
      Finding(
        state: state(instance),
        text: "\(PlainText.short(name)) has no IPv\(family.rawValue) address of its own: \(title) stays in FAULT",
        source: instance.source, remedy: "ip -br address show dev \(PlainText.short(name))")
    ]
  }

  /// `vrrp_strict` makes Keepalived put a rule into the firewall that drops what is sent to its addresses (keepalived.conf(5)).
  private func dropping(_ instance: Instance) -> [Finding] {
    guard instance.dropsRequests else { return [] }
    let name = PlainText.short(instance.name)
    return [
      Finding(
        state: state(instance),
        text: "vrrp_strict or no_accept: Keepalived drops what is sent to the addresses of \(name)",
        source: instance.source,
        remedy: "grep -nE 'vrrp_strict|strict_mode|no_accept' \(KeepalivedConfiguration.path), and remove it")
    ]
  }

  /// A backup with `nopreempt` does not take over from a master that lives, however low its priority has become.
  private func patient(_ instance: Instance) -> [Finding] {
    guard instance.isPatient, instance.isTracking,
      instance.trackers.allSatisfy({ $0.weight.map { $0 != 0 } ?? false })
    else { return [] }
    let name = PlainText.short(instance.name)
    let trackers = instance.trackers.map { PlainText.short($0.name) }.joined(separator: ", ")
    return [
      Finding(
        state: .warning,
        text: "\(name) has nopreempt: a priority that \(trackers) lowers by its weight moves the address nowhere",
        source: instance.source, remedy: "remove weight from \(trackers), which then means FAULT, or remove nopreempt")
    ]
  }

  /// Only a configuration that is known in full can lack something. What a `virtual_server` serves stays where it is
  /// when an API server dies: Keepalived takes the server out instead. Trackers that are ignored are told on their own.
  private func untracked(_ configuration: KeepalivedConfiguration) -> [Finding] {
    guard configuration.problems.isEmpty, !configuration.servesMarks,
      !configuration.virtualServers.contains(look.address)
    else { return [] }
    return configuration.instances(moving: look.address).filter { !$0.isTracking && !$0.namesTrackers }.map {
      instance in
      Finding(
        state: .warning,
        text: "\(PlainText.short(instance.name)) has no track_script: the address stays on a host whose API is dead",
        source: instance.source)
    }
  }

  private func problem(_ problem: KeepalivedConfiguration.Problem) -> Finding {
    switch problem {
    case .unreadable(let error): Finding(state: .unknown, text: "\(error)", source: error.path)
    case .notEvaluated(let what, let source):
      Finding(state: .unknown, text: "not evaluated at \(source): \(what)", source: source)
    case .wrong(let what, let source): Finding(state: .warning, text: "\(source): \(what)", source: source)
    }
  }
}
