import Foundation
import Testing

package import AgentHost
import AgentText

/// Another host on the link: one end of a veth pair, with a raw packet socket that reads and sends whole frames.
package final class Station {
  package struct Failure: Error { var call: String, code: CInt }

  package static let broadcast: [UInt8] = [255, 255, 255, 255, 255, 255]
  private let socket: CInt

  /// Opens it on an interface of the calling thread's namespace.
  package init(on index: Int) throws {
    let (family, raw, all) = (CInt(17), CInt(3), UInt16(3).bigEndian)
    socket = Foundation.socket(family, raw, 0)
    guard socket >= 0 else { throw Failure(call: "socket", code: errno) }
    // struct sockaddr_ll
    let address = bytes(UInt16(family)) + bytes(all) + bytes(Int32(index)) + [UInt8](repeating: 0, count: 12)
    let code = address.withUnsafeBytes {
      $0.withMemoryRebound(to: sockaddr.self) { bind(socket, $0.baseAddress, socklen_t(address.count)) }
    }
    guard code == 0 else { throw Failure(call: "bind", code: errno) }
  }

  deinit { close(socket) }

  /// Makes a pair `eth0`, `peer` in the calling thread's new namespace, with the node's addresses, and the other end's
  /// station.
  package static func pair(_ network: NetworkMonitor, more: [String] = []) async throws -> Station {
    try NetworkNamespace.enter()
    try NetworkNamespace.ip(
      [
        "link add eth0 address 52:54:00:00:00:10 type veth peer name peer address 52:54:00:00:00:99",
        "link set peer addrgenmode none up", "link set eth0 addrgenmode none up", "addr add 192.0.2.10/24 dev eth0",
        "addr add 2001:db8::10/64 dev eth0 nodad", "addr add fe80::10/64 dev eth0 nodad",
      ] + more)
    try await settled(network)
    let index = try await network.table().link("peer")?.index
    return try Station(on: try #require(index))
  }

  /// Waits until frames go both ways: a queue takes them only when the kernel has noticed the carrier, and an IPv6
  /// address is told before the route to it stands.
  private static func settled(_ network: NetworkMonitor) async throws {
    for await _ in network.changes() {
      let table = try await network.table()
      let isUp = table.links.filter { $0.kind == "veth" }.allSatisfy { $0.flags.contains(.running) }
      if isUp && table.addresses.allSatisfy({ $0.isUsable }) { break }
    }
    for address in try await network.table().addresses where address.address.family == .v6 {
      while try !localRoutes().contains(address.address) { await Task.yield() }
    }
  }

  /// The IPv6 addresses that this host takes packets for (/proc/net/ipv6_route: RTF_LOCAL).
  private static func localRoutes() throws -> Set<IPAddress> {
    let text = try String(contentsOfFile: "/proc/thread-self/net/ipv6_route", encoding: .utf8)
    let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
    let local = lines.filter { $0.count > 8 && UInt32($0[8], radix: 16).map { $0 & 0x8000_0000 != 0 } == true }
    return Set(local.compactMap { UInt128($0[0], radix: 16).map { IPAddress(v6: $0) } })
  }

  /// The next frame that it receives and that satisfies a condition; frames that it sent itself are left out.
  package func next(_ isWanted: ([UInt8]) -> Bool) async -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 2048)
    while true {
      let count = recv(socket, &buffer, buffer.count, CInt(MSG_DONTWAIT))
      if count > 0, isWanted(Array(buffer[..<count])) { return Array(buffer[..<count]) }
      if count < 0 { await Task.yield() }
    }
  }

  /// The next ARP question for an address.
  package func question(for target: String) async throws -> [UInt8] {
    let target = try ip(target).bytes
    return await next { $0.count >= 42 && Array($0[12..<14]) == [8, 6] && $0[21] == 1 && Array($0[38..<42]) == target }
  }

  /// The next neighbour solicitation for an address.
  package func solicitation(for target: String) async throws -> [UInt8] {
    let target = try ip(target).bytes
    return await next { $0.count >= 78 && $0[20] == 58 && $0[54] == 135 && Array($0[62..<78]) == target }
  }

  /// Sends a frame; one that the queue has no room for is lost, as on a wire.
  package func send(_ frame: [UInt8]) { _ = Foundation.send(socket, frame, frame.count, 0) }

  /// Sends an ARP packet.
  package func arp(
    _ operation: UInt8, from hardware: String, _ sender: String, to target: String,
    frameTo destination: [UInt8] = [0x52, 0x54, 0, 0, 0, 0x10], change: (inout [UInt8]) -> Void = { _ in }
  ) throws {
    let source = try mac(hardware).bytes
    var packet =
      [0, 1, 8, 0, 6, 4, 0, operation] + source + (try ip(sender)).bytes + destination + (try ip(target)).bytes
    change(&packet)
    send(destination + source + [8, 6] + packet)
  }

  /// Sends a neighbour advertisement.
  package func advertise(
    _ target: String, from hardware: String, flags: UInt8, to destination: String, hops: UInt8 = 255
  ) throws {
    let option: [UInt8] = [2, 1] + (try mac(hardware)).bytes
    let message = [136, 0, 0, 0, flags, 0, 0, 0] + (try ip(target)).bytes + option
    try discover(message, from: "fe80::99", hardware, to: destination, hops: hops)
  }

  /// Sends a message of neighbour discovery, with its checksum.
  package func discover(
    _ message: [UInt8], from sender: String, _ hardware: String, to destination: String, hops: UInt8 = 255
  ) throws {
    let (source, to) = (try ip(sender).bytes, try ip(destination).bytes)
    var message = message
    let sum = Self.checksum(source + to + [0, 0, 0, UInt8(message.count), 0, 0, 0, 58] + message)
    message[2] = UInt8(sum >> 8)
    message[3] = UInt8(sum & 0xFF)
    let header: [UInt8] = [0x60, 0, 0, 0, 0, UInt8(message.count), 58, hops]
    let frameTo: [UInt8] = destination.hasPrefix("ff") ? [0x33, 0x33] + to.suffix(4) : [0x52, 0x54, 0, 0, 0, 0x10]
    send(frameTo + (try mac(hardware)).bytes + [0x86, 0xDD] + header + source + to + message)
  }

  /// RFC 1071, of an even number of bytes.
  private static func checksum(_ bytes: [UInt8]) -> UInt16 {
    var sum = stride(from: 0, to: bytes.count, by: 2).reduce(UInt32(0)) {
      $0 + UInt32(bytes[$1]) << 8 + UInt32(bytes[$1 + 1])
    }
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    return ~UInt16(sum)
  }
}
