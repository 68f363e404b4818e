import AgentHost
import AgentText

/// What becomes of an instance when all is read: Keepalived's own checks (vrrp_complete_instance, and the scripts').
struct KeepalivedEnd {
  /// The priority of who owns the addresses (VRRP_PRIO_OWNER): it never changes.
  private static let owner = 255

  let globals: KeepalivedGlobals
  let trackers: [KeepalivedTracker]
  let groups: [KeepalivedDraft.Group]
  /// Where users and programs of scripts are looked for; nil to keep all.
  let files: HostFiles?

  typealias Flaw = KeepalivedConfiguration.Flaw
  typealias Problem = KeepalivedConfiguration.Problem

  func judge(_ draft: KeepalivedDraft) -> (KeepalivedConfiguration.Instance, [Flaw], [Problem]) {
    var instance = draft.instance
    var flaws = draft.flaws
    let name = PlainText.short(instance.name)
    if instance.routerID == nil, !flaws.contains(where: \.isFatal) {
      flaws.append(
        Flaw(
          text: "\(name) has no valid virtual_router_id: Keepalived leaves it out", source: instance.source,
          isFatal: true))
    }
    if instance.interface == "lo" {
      flaws.append(
        Flaw(
          text: "\(name) uses lo, which VRRP cannot: Keepalived leaves it out", source: instance.source, isFatal: true))
    } else if instance.interface == nil {
      flaws.append(
        Flaw(text: "\(name) names no interface: Keepalived leaves it out", source: instance.source, isFatal: true))
    }
    let isOwner = instance.priority == Self.owner
    let isStrict = draft.isStrict ?? globals.isStrict
    // Accepting is not the standard's in version 2, so vrrp_strict takes it back; IPv6 is always version 3.
    let isVersion2 = draft.family != .v6 && (draft.version ?? globals.version ?? 2) == 2
    let accepts = isStrict ? draft.accepts == true && !isVersion2 : draft.accepts ?? true
    instance.dropsRequests = !accepts && !isOwner
    if instance.isPatient, instance.state == "MASTER" || isOwner {
      instance.isPatient = false
      let with = isOwner ? "priority 255" : "state MASTER"
      flaws.append(
        Flaw(text: "nopreempt of \(name) does not work with \(with): Keepalived ignores it", source: instance.source))
    }
    var problems: [Problem] = []
    let uses = draft.uses + groups.filter { $0.members.contains(instance.name) }.flatMap(\.uses)
    if !uses.isEmpty { instance.namesTrackers = true }
    for use in uses {
      switch judge(use, isOwner: isOwner) {
      case .kept(let weight): instance.trackers.append(.init(name: use.name, weight: weight))
      case .dropped(let reason):
        flaws.append(Flaw(text: "\(use.kind.block) of \(name): Keepalived ignores \(reason)", source: use.source))
      case .unclear(let reason): problems.append(.notEvaluated(reason, source: use.source))
      }
    }
    return (instance, flaws, problems)
  }

  private enum Word {
    case kept(Int?)
    case dropped(String)
    case unclear(String)
  }

  private func judge(_ use: KeepalivedTracker.Use, isOwner: Bool) -> Word {
    let name = PlainText.short(use.name)
    guard let place = use.definition else {
      let later = trackers.first { $0.kind == use.kind && $0.name == use.name }
      return .dropped(
        later.map { "\(name), which is defined after it (\($0.source))" } ?? "\(name), which is defined nowhere")
    }
    let tracker = trackers[place]
    guard tracker.subject != nil else { return .dropped("\(name), which names no \(use.kind.rawValue)") }
    let weight = tracker.effect(use)
    if isOwner, let weight, weight != 0 {
      return .dropped("\(name), since its weight cannot change priority 255")
    }
    guard use.kind == .script, let files else { return .kept(weight) }
    return judge(tracker, name, weight, KeepalivedSurroundings(files: files))
  }

  private func judge(
    _ script: KeepalivedTracker, _ name: String, _ weight: Int?, _ surroundings: KeepalivedSurroundings
  ) -> Word {
    let word = surroundings.word(on: script, defaultUser: globals.scriptUser, isSecure: globals.isSecure)
    if case .kept = word { return .kept(weight) }
    // In a pod there are other programs and users.
    if surroundings.isInPod { return .kept(weight) }
    switch word {
    case .kept: return .kept(weight)
    case .dropped(let reason) where surroundings.isInstalled: return .dropped("\(name) (\(reason))")
    case .dropped(let reason):
      return .unclear("\(name) (\(reason) on this host, and whether Keepalived runs in a container is not seen)")
    case .unclear(let reason): return .unclear("\(name): \(reason)")
    }
  }
}
