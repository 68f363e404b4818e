import AgentText
import CLinux
import Glibc

/// A socket that hears advertisements on one interface, those of this host too, and never sends; made, used and dropped
/// on the event loop's thread.
///
/// The kernel hands out what leaves only to sockets for every EtherType, so each packet of the interface passes the
/// filter: for hosts that opted in only.
final class AdvertSocket {
  /// Packets of one wake-up; the rest waits, so that a storm of them does not hold up the loop.
  private static let batch = 256
  /// The longest packet that an Ethernet frame holds; a longer one is cut, and then is no whole advertisement.
  private static let size = 1500

  let index: Int
  // Before the descriptor, so that it leaves the loop while that is open.
  private var source: EventSource?
  private let socket: FileDescriptor

  /// - Parameter onReadable: called on the loop when packets wait.
  init(index: Int, onReadable: @escaping () -> Void) throws(SystemCallError) {
    self.index = index
    socket = try Self.open(CInt(index))
    source = try EventSource.io(socket.raw, events: EventSource.readable) { _ in onReadable() }
  }

  deinit { source = nil }

  /// The advertisements that wait.
  func receive() -> [AdvertState.Hearing] {
    var hearings: [AdvertState.Hearing] = []
    withUnsafeTemporaryAllocation(byteCount: Self.size, alignment: 8) { buffer in
      var hardware: [UInt8] = [0, 0, 0, 0, 0, 0]
      var isOutgoing: CInt = 0
      for _ in 0..<Self.batch {
        let count = clinux_packet_receive(socket.raw, buffer.baseAddress, Self.size, &hardware, &isOutgoing)
        // ENETDOWN comes once when the interface goes down; the socket lives on (packet(7)).
        guard count >= 0 else { return }
        let packet = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
        guard let advert = Advert(packet: packet) else { continue }
        let address = HardwareAddress(bytes: hardware).flatMap { $0.isIndividual ? $0 : nil }
        hearings.append(.init(advert: advert, hardwareAddress: address, isOwn: isOutgoing != 0))
      }
    }
    return hearings
  }

  private static func open(_ index: CInt) throws(SystemCallError) -> FileDescriptor {
    let raw = clinux_packet_socket()
    guard raw >= 0 else { throw SystemCallError("socket", code: errno) }
    let socket = FileDescriptor(owning: raw)
    try PacketFilter.adverts.attach(to: socket.raw)
    guard clinux_packet_bind(socket.raw, index, UInt16(ETH_P_ALL)) == 0 else {
      throw SystemCallError("bind", code: errno)
    }
    for group in Advert.groups where clinux_packet_join(socket.raw, index, group) != 0 {
      throw SystemCallError("PACKET_ADD_MEMBERSHIP", code: errno)
    }
    return socket
  }
}
