package import AgentCore
package import AgentText

/// What Keepalived said on the bus of a recorded host: an item of `vrrp` in `recorded.yaml`.
///
///     vrrp:
///       - {interface: eth0, id: 51, family: 4, state: master}
///
/// A recording without any had no Keepalived on the bus.
package struct RecordedVRRP: SettingsEncodable, Sendable {
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

    /// The word of a state; nil for one that Keepalived has no name for.
    init?(_ state: VRRPState) {
      guard let found = Self.allCases.first(where: { $0.state == state }) else { return nil }
      self = found
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

  /// What Keepalived said of an instance, to be recorded.
  package init(_ instance: VRRPInstance, _ state: VRRPState) {
    self.instance = instance
    self.state = state
  }

  package func write(to writer: inout SettingsWriter) {
    writer.value("interface", instance.interface)
    writer.value("id", instance.routerID)
    writer.value("family", instance.family.rawValue, default: 4)
    writer.optional("state", State(state))
  }
}

/// What was recorded of Keepalived: `vrrp` of `recorded.yaml`.
package struct RecordedKeepalivedBus: KeepalivedBus {
  private let recorded: [RecordedVRRP]

  package init(_ recorded: [RecordedVRRP]) { self.recorded = recorded }

  package func state(of instance: VRRPInstance) -> VRRPAnswer {
    guard !recorded.isEmpty else { return .notOnBus }
    return recorded.first { $0.instance == instance }.map { .state($0.state) } ?? .noSuchInstance
  }

  package func changes() -> AsyncStream<Trigger> { .ended }
}
