import AgentText
import CLinux
import Glibc

/// One socket on one interface that sees claims of addresses; made, used and dropped on the event loop's thread.
final class PacketSocket {
  /// What it sees.
  enum Kind: Hashable {
    /// ARP packets of others.
    case arp
    /// Neighbour advertisements of others.
    case discovery
    /// Both, of this host itself. The kernel hands out what leaves only to sockets for every EtherType, so each packet
    /// of the interface passes the filter: for hosts that announce service addresses only.
    case own
  }

  /// Which wire.
  struct Key: Hashable {
    var kind: Kind
    var interfaceIndex: Int
  }

  /// Packets of one wake-up; the rest waits, so that a storm of them does not hold up the loop.
  private static let batch = 256
  /// Room for an ARP packet, or an IPv6 header and an advertisement with some options.
  private static let size = 512

  let key: Key
  /// Why it sees nothing at the moment.
  private(set) var failure: SystemCallError?
  // Before the descriptor, so that it leaves the loop while that is open.
  private var source: EventSource?
  private let socket: FileDescriptor

  /// Opens a socket that sees nothing until it has a filter.
  ///
  /// - Parameter onReadable: called on the loop when packets wait.
  init(_ key: Key, interface: String, onReadable: @escaping () -> Void) throws(SystemCallError) {
    self.key = key
    socket = try Self.open(key, interface: interface)
    source = try EventSource.io(socket.raw, events: EventSource.readable) { _ in onReadable() }
  }

  deinit { source = nil }

  /// Lets only these packets through from now on.
  func filter(_ filter: PacketFilter) throws(SystemCallError) { try filter.attach(to: socket.raw) }

  /// Asks once.
  func ask(for target: IPAddress, by route: ProbeRoute) throws(SystemCallError) {
    failure = nil
    let index = CInt(route.interfaceIndex)
    let sent: Int
    switch (key.kind, route.sender) {
    case (.discovery, let sender?):
      let question = NeighbourDiscovery.question(for: target, from: route.hardwareAddress)
      let group = NeighbourDiscovery.group(of: target).bytes
      sent = clinux_discovery_send(socket.raw, index, sender.bytes, group, question, question.count)
    case (_, let sender):
      let question = ARPPacket.question(for: target, from: route.hardwareAddress, sender: sender)
      sent = clinux_packet_broadcast(socket.raw, index, ARPPacket.etherType, question, question.count)
    }
    guard sent >= 0 else { throw SystemCallError("sendto", code: errno) }
  }

  /// The claims that wait.
  func receive() -> [AddressClaim] {
    var claims: [AddressClaim] = []
    withUnsafeTemporaryAllocation(byteCount: Self.size, alignment: 8) { buffer in
      for _ in 0..<Self.batch {
        let count = recv(socket.raw, buffer.baseAddress, Self.size, 0)
        guard count >= 0 else { return note(errno) }
        let packet = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
        if let claim = claim(in: packet) { claims.append(claim) }
      }
    }
    return claims
  }

  /// The kernel says ENETDOWN once when the interface goes down; the socket lives on (packet(7)).
  private func note(_ code: CInt) {
    if code != EAGAIN, code != EINTR { failure = SystemCallError("recv", code: code) }
  }

  private func claim(in packet: UnsafeRawBufferPointer) -> AddressClaim? {
    switch key.kind {
    case .arp: return ARPPacket.claim(in: packet)
    case .discovery: return NeighbourDiscovery.claim(in: packet)
    case .own:
      let isV6 = packet.first.map { $0 >> 4 } == 6 && packet.count > 40
      let message = isV6 ? UnsafeRawBufferPointer(rebasing: packet[40...]) : packet
      return isV6 ? NeighbourDiscovery.claim(in: message) : ARPPacket.claim(in: message)
    }
  }

  private static func open(_ key: Key, interface: String) throws(SystemCallError) -> FileDescriptor {
    let raw = key.kind == .discovery ? clinux_discovery_socket(interface) : clinux_packet_socket()
    guard raw >= 0 else { throw SystemCallError("socket", code: errno) }
    let socket = FileDescriptor(owning: raw)
    try PacketFilter([]).attach(to: socket.raw)
    if key.kind == .discovery {
      drain(socket)
    } else {
      let protocolNumber = key.kind == .arp ? ARPPacket.etherType : UInt16(ETH_P_ALL)
      guard clinux_packet_bind(socket.raw, CInt(key.interfaceIndex), protocolNumber) == 0 else {
        throw SystemCallError("bind", code: errno)
      }
    }
    return socket
  }

  /// What came before the filter stood, perhaps through another interface.
  private static func drain(_ socket: borrowing FileDescriptor) {
    var byte: UInt8 = 0
    while recv(socket.raw, &byte, 1, 0) >= 0 {}
  }
}
