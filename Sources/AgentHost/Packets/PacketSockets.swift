import AgentText

/// The open wires: what is needed is open with the right filter, and nothing else.
final class PacketSockets {
  /// What a wire shall let through.
  struct Demand: Equatable {
    /// The interface's name, for opening.
    var interface: String
    /// Claims of others.
    var claims = ClaimInterest()
    /// Addresses that this host itself may answer for.
    var own: Set<IPAddress> = []
  }

  private struct Open {
    var wire: PacketSocket
    var demand: Demand
  }

  private var open: [PacketSocket.Key: Open] = [:]
  /// Why wires that are needed are not there.
  private(set) var problems: [PacketSocket.Key: SystemCallError] = [:]
  private let onReadable: (PacketSocket.Key) -> Void

  /// - Parameter onReadable: called on the loop when packets wait.
  init(onReadable: @escaping (PacketSocket.Key) -> Void) { self.onReadable = onReadable }

  subscript(key: PacketSocket.Key) -> PacketSocket? { open[key]?.wire }

  /// Opens, closes and filters.
  func meet(_ demands: [PacketSocket.Key: Demand]) {
    problems = [:]
    for key in open.keys where demands[key] == nil { open[key] = nil }
    for (key, demand) in demands {
      do throws(SystemCallError) { try meet(demand, key) } catch {
        open[key] = nil
        problems[key] = error
      }
    }
  }

  private func meet(_ demand: Demand, _ key: PacketSocket.Key) throws(SystemCallError) {
    guard open[key]?.demand != demand else { return }
    let onReadable = onReadable
    let wire: PacketSocket
    if let there = open[key]?.wire {
      wire = there
    } else {
      wire = try PacketSocket(key, interface: demand.interface) { onReadable(key) }
    }
    let filter: PacketFilter =
      switch key.kind {
      case .arp: .arp(demand.claims)
      case .discovery: .discovery(demand.claims)
      case .own: .own(demand.own)
      }
    try wire.filter(filter)
    open[key] = Open(wire: wire, demand: demand)
  }
}
