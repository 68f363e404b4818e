package import AgentCore
package import AgentHost

/// Keepalived as it shows itself on the system bus (`org.keepalived.Vrrp1`), which it does with `enable_dbus` only: the
/// running one, or a recording's.
package protocol KeepalivedBus: Sendable {
  /// The state of one instance. Nothing is started by the question.
  func state(of instance: VRRPInstance) async -> VRRPAnswer

  /// A trigger when an instance changes its state, and when Keepalived or the bus comes or goes; none on a recorded
  /// host.
  func changes() -> AsyncStream<Trigger>
}

/// The Keepalived of a live host.
package struct LiveKeepalivedBus: KeepalivedBus {
  /// The name that Keepalived takes unless `dbus_service_name` gives another.
  package static let name = "org.keepalived.Vrrp1"
  /// How long an answer may take: Keepalived's one thread gives it between two advertisements.
  private static let deadline = Duration.milliseconds(500)

  private let bus: SystemBus
  private let signals: KeepalivedSignals

  package init(loop: EventLoop, bus: SystemBus) {
    self.bus = bus
    signals = KeepalivedSignals(loop: loop, bus: bus)
  }

  package func state(of instance: VRRPInstance) async -> VRRPAnswer {
    let call = BusCall(
      destination: Self.name, path: instance.path, interface: "org.freedesktop.DBus.Properties", member: "Get",
      arguments: ["\(Self.name).Instance", "State"], mayStart: false)
    do throws(BusError) {
      return .state(try await bus.call(call, within: Self.deadline, read: Self.state))
    } catch {
      return VRRPAnswer(error)
    }
  }

  package func changes() -> AsyncStream<Trigger> { signals.changes() }

  /// `(us)`: the number and its name, of which the number counts.
  private static func state(_ answer: borrowing BusMessage) throws(BusError) -> VRRPState {
    guard let parts = try answer.value().list, let number = parts.first?.unsigned else { throw .malformed }
    return VRRPState(number: number)
  }
}
