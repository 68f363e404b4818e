import AgentKnowledge
import AgentCore
import AgentHost
import AgentText

/// What is wrong with the virtual routers that are heard on the link; nothing unless it is asked for.
///
/// A backup never speaks, so two that last are two masters. Why they do is always that one does not take the other's
/// advertisements: they are filtered on the way, or differ in password, version, interval or number of addresses, each
/// of which makes Keepalived drop them.
struct AdvertFindings {
  typealias Finding = VIPConfigurationJudge.Finding

  /// A master that began just before the listening needs so long to be told from a fail-over, at Keepalived's interval
  /// of one second and at twice that.
  static let enough = Duration.seconds(10)

  let look: VIPLook

  var findings: [Finding] {
    switch look.adverts {
    case nil, .notApplicable: return []
    case .denied(let capability):
      return [unheard("needs \(capability)", remedy: "run the agent with \(capability), or without adverts: true")]
    case .failed(let reason): return [unheard(reason)]
    case .notRecorded: return [unheard("the recording says nothing of them")]
    case .heard(let heard): return routers(of: heard).compactMap { judge($0, heard) }
    }
  }

  /// What the listening says where nothing is wrong; nil where there is none.
  var comfort: String? {
    switch look.adverts {
    case .notApplicable(let reason): return "VRRP is not listened for: \(reason)"
    case .heard(let heard):
      guard heard.listening >= Self.enough else {
        return
          "VRRP was listened for \(heard.listening.spoken) only, too short to tell a second master from a fail-over"
      }
      let count = Set(routers(of: heard).flatMap { heard.masters[$0] ?? [] }.map(\.address)).count
      return count == 0
        ? "no host sends VRRP's adverts for it here"
        : "\(count == 1 ? "one host sends" : "\(count) hosts send") VRRP's adverts"
    case nil, .denied, .failed, .notRecorded: return nil
    }
  }

  /// Whether the listening lasted long enough to say that nothing is wrong.
  var isConclusive: Bool {
    if case .heard(let heard) = look.adverts { return heard.listening >= Self.enough }
    return false
  }

  /// The virtual routers that are this host's own, or hold the shared address; those of strangers are no concern.
  private func routers(of heard: HeardAdverts) -> [HeardAdverts.Router] {
    let instances = look.setup.keepalived.value?.instances ?? []
    return heard.masters.filter { router, masters in
      masters.contains { $0.isOwn || $0.addresses.contains(look.address) }
        || instances.contains { $0.routerID == router.number && $0.interface == router.interface }
    }.keys.sorted { ($0.interface, $0.number, $0.family.rawValue) < ($1.interface, $1.number, $1.family.rawValue) }
  }

  private func judge(_ router: HeardAdverts.Router, _ heard: HeardAdverts) -> Finding? {
    guard let (first, second) = heard.rivals(of: router) else { return nil }
    let number = "virtual_router_id \(router.number)"
    let pair = "\(name(first)) and \(name(second))"
    let shared = first.addresses.filter(second.addresses.contains)
    if let address = shared.contains(look.address) ? look.address : shared.first {
      // Both hold it: requests reach now one and now the other.
      let priority = first.priority == second.priority ? " with the same priority \(first.priority)" : ""
      let differs = first.addresses == second.addresses ? "" : "; their virtual addresses differ"
      return finding(
        .failing, "\(pair) are both master of \(number)\(priority): \(address) is held twice\(differs)", router, first,
        second)
    }
    if let hardware = first.hardwareAddress, hardware == second.hardwareAddress, hardware.isVirtualRouter {
      // The switch sees one hardware address on two ports and sends frames to the last one that spoke.
      return finding(
        .failing, "\(pair) use \(number) for different addresses from the same hardware address \(hardware)", router,
        first, second)
    }
    // Keepalived drops what has other addresses than its own, so both work, until one is told to skip_check_adv_addr or
    // is another program: that one takes the stranger for its master and gives its addresses up.
    return finding(
      .warning, "\(pair) use \(number) for different addresses: take another number for one of them", router, first,
      second)
  }

  private func finding(
    _ state: CheckState, _ text: String, _ router: HeardAdverts.Router, _ masters: HeardAdverts.Master...
  ) -> Finding {
    let evidence = masters.map { master in
      let addresses = master.addresses.prefix(4).map { "\($0)" }.joined(separator: " ")
      return Evidence(
        "VRRP on \(PlainText.short(router.interface)) from \(master.address)",
        "priority \(master.priority), \(addresses.isEmpty ? "no address" : addresses)")
    }
    return Finding(
      state: state, text: text, source: "VRRP on \(PlainText.short(router.interface))",
      remedy:
        "tcpdump -ni \(PlainText.short(router.interface)) ip proto 112 or ip6 proto 112; let VRRP through between "
        + "them and give both the same password, version, interval and addresses, or different virtual_router_ids",
      evidence: evidence)
  }

  private func unheard(_ reason: String, remedy: String? = nil) -> Finding {
    Finding(state: .unknown, text: "VRRP's adverts are not heard: \(reason)", source: "VRRP", remedy: remedy)
  }

  private func name(_ master: HeardAdverts.Master) -> String {
    let hardware = master.hardwareAddress.map { $0.isVirtualRouter ? "" : " (\($0))" } ?? ""
    return master.isOwn ? "this host (\(master.address))" : "\(master.address)\(hardware)"
  }
}
