import AgentTesting
import Foundation
import Testing

@testable import AgentHost
@testable import AgentText

/// The kernel's own interpreter: a filter on one end of a socket pair judges what the other end sends.
@Suite struct PacketFilterTests {
  /// What comes through, in order.
  private func passed(_ filter: PacketFilter, _ packets: [[UInt8]]) throws -> [[UInt8]] {
    var ends: [CInt] = [-1, -1]
    try #require(socketpair(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0, &ends) == 0)
    defer { for end in ends { close(end) } }
    try filter.attach(to: ends[0])
    return packets.flatMap { packet -> [[UInt8]] in
      // A filtered datagram is gone, and its sender told EPERM.
      _ = send(ends[1], packet, packet.count, CInt(MSG_DONTWAIT))
      var buffer = [UInt8](repeating: 0, count: 256)
      let count = recv(ends[0], &buffer, buffer.count, CInt(MSG_DONTWAIT))
      return count < 0 ? [] : [Array(buffer[..<count])]
    }
  }

  private func packet(
    _ operation: UInt8, from hardware: UInt8, _ sender: String, to target: String
  ) throws -> [UInt8] {
    [0, 1, 8, 0, 6, 4, 0, operation, 0x52, 0x54, 0, 0, 0, hardware] + (try ip(sender)).bytes
      + [UInt8](repeating: 0, count: 6) + (try ip(target)).bytes
  }

  @Test func onlyAnswersToTheQuestionPassWhileItIsAsked() throws {
    let filter = PacketFilter.arp(
      ClaimInterest(asked: [try ip("192.0.2.230"): try ip("192.0.2.10"), try ip("192.0.2.231"): nil]))
    let good = [
      try packet(2, from: 1, "192.0.2.230", to: "192.0.2.10"), try packet(2, from: 2, "192.0.2.231", to: "0.0.0.0"),
    ]
    let bad = [
      try packet(1, from: 1, "192.0.2.230", to: "192.0.2.10"), try packet(2, from: 1, "192.0.2.230", to: "192.0.2.11"),
      try packet(2, from: 1, "192.0.2.232", to: "192.0.2.10"), try packet(2, from: 1, "192.0.2.230", to: "192.0.2.230"),
      try packet(2, from: 2, "192.0.2.231", to: "192.0.2.10"), [0, 1, 8, 0, 6, 4, 0, 2], [],
    ]
    var wrong = good[0]
    wrong[4] = 8
    #expect(try passed(filter, bad + [wrong] + good + bad) == good)
  }

  @Test func announcementsPassUnlessTheyAreKnown() throws {
    let (vip, other) = (try ip("192.0.2.230"), try ip("192.0.2.240"))
    let filter = PacketFilter.arp(
      ClaimInterest(announced: [vip: [try mac("52:54:00:00:00:01"), try mac("52:54:00:00:00:02")], other: []]))
    let announcement = { (hardware: UInt8, address: String, operation: UInt8) in
      try packet(operation, from: hardware, address, to: address)
    }
    let good = [
      try announcement(3, "192.0.2.230", 1), try announcement(4, "192.0.2.230", 2),
      try announcement(1, "192.0.2.240", 2),
    ]
    let bad = [
      try announcement(1, "192.0.2.230", 1), try announcement(2, "192.0.2.230", 2), try announcement(3, "192.0.2.1", 1),
      try packet(2, from: 3, "192.0.2.230", to: "192.0.2.10"),
    ]
    #expect(try passed(filter, bad + good + bad) == good)
  }

  @Test func aQuestionIsAnsweredByKnownOnesToo() throws {
    let vip = try ip("192.0.2.230")
    let filter = PacketFilter.arp(
      ClaimInterest(asked: [vip: try ip("192.0.2.10")], announced: [vip: [try mac("52:54:00:00:00:01")]]))
    let reply = try packet(2, from: 1, "192.0.2.230", to: "192.0.2.10")
    #expect(try passed(filter, [reply, try packet(2, from: 1, "192.0.2.230", to: "192.0.2.230")]) == [reply])
  }

  @Test func withoutInterestNothingPasses() throws {
    let packets = [try packet(2, from: 1, "192.0.2.230", to: "192.0.2.230"), [1], []]
    #expect(try passed(.arp(ClaimInterest()), packets).isEmpty)
    #expect(try passed(PacketFilter([]), packets).isEmpty)
  }

  @Test func moreAddressesThanAProgramHoldsLetAllOfTheKindPass() throws {
    let many = (0..<1000).map { IPAddress(v4: 0x0A00_0000 + $0) }
    let filter = PacketFilter.arp(ClaimInterest(announced: Dictionary(uniqueKeysWithValues: many.map { ($0, []) })))
    #expect(filter.program.count <= PacketFilter.maximum)
    let some = try packet(2, from: 1, "192.0.2.1", to: "192.0.2.2")
    #expect(try passed(filter, [some, [UInt8](repeating: 0, count: 28)]) == [some])
    let addresses = Array(many.prefix(300))
    let fitting = PacketFilter.arp(
      ClaimInterest(announced: Dictionary(uniqueKeysWithValues: addresses.map { ($0, []) })))
    #expect(fitting.program.count > 1000)
    let last = try packet(1, from: 1, "10.0.1.43", to: "10.0.1.43")
    #expect(try passed(fitting, [some, last]) == [last])
  }

  @Test func relationsAndTheirNegationsHoldAsNamed() throws {
    let first = PacketFilter.Field.byte(0)
    let values: [UInt8] = [3, 4, 5]
    for (test, good) in [
      (.equal(first, 4), [4]), (!.equal(first, 4), [3, 5]), (.atMost(first, 4), [3, 4]), (!.atMost(first, 4), [5]),
      (.hasBit(first, 1), [3, 5]), (!.hasBit(first, 1), [4]),
    ] as [(PacketFilter.Test, [UInt8])] {
      #expect(try passed(PacketFilter([.accept([test])]), values.map { [$0] }) == good.map { [$0] })
      #expect(
        try passed(PacketFilter([.drop([test]), .accept([])]), values.map { [$0] }).flatMap { $0 }
          == values.filter { !good.contains($0) })
    }
    let both = PacketFilter([
      .drop([.equal(.half(0), 0x0102), .equal(.word(2), 7)]), .accept([.equal(.half(0), 0x0102)]),
    ])
    #expect(try passed(both, [[1, 2, 0, 0, 0, 7], [1, 2, 0, 0, 0, 8], [1, 3, 0, 0, 0, 7]]) == [[1, 2, 0, 0, 0, 8]])
  }
}
