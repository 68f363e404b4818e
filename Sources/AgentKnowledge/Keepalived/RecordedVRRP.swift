package import AgentText

/// What Keepalived said on the bus of a recorded host: an item of `vrrp` in `recorded.yaml`.
///
///     vrrp:
///       - {interface: eth0, id: 51, family: 4, state: master}
///
/// A recording without any had no Keepalived on the bus.
package struct RecordedVRRP: SettingsDecodable, Sendable {
  private enum State: String, CaseIterable, SettingsScalar {
    case starting, backup, master, fault

    var state: VRRPState {
      switch self {
      case .starting: .starting
      case .backup: .backup
      case .master: .master
      case .fault: .fault
      }
    }
  }

  let instance: VRRPInstance
  let state: VRRPState

  /// Reads `interface`, `id` and `state`, which are required, and `family`, which is 4 unless given.
  package init?(from reader: SettingsReader) {
    let interface: String? = reader.required("interface")
    let number: Int? = reader.required("id")
    let state: State? = reader.required("state")
    let family = reader.value("family", default: 4)
    if let number, !(1...255).contains(number) { reader.reject("id", "\(number) is no number", allowed: "1 to 255") }
    if family != 4, family != 6 { reader.reject("family", "\(family) is no family", allowed: "4 or 6") }
    guard let interface, let number, let state, let family = IPAddress.Family(rawValue: family) else { return nil }
    instance = VRRPInstance(interface: interface, routerID: number, family: family)
    self.state = state.state
  }
}

extension [RecordedVRRP] {
  func answer(of instance: VRRPInstance) -> VRRPAnswer {
    guard !isEmpty else { return .notOnBus }
    return first { $0.instance == instance }.map { .state($0.state) } ?? .noSuchInstance
  }
}
