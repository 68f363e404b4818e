@testable import AgentText
import AgentTesting
import Testing

@testable import AgentHost

@Suite struct ARPPacketTests {
  private func claim(_ bytes: [UInt8]) -> AddressClaim? { bytes.withUnsafeBytes { ARPPacket.claim(in: $0) } }

  /// Operation, sender and target; what RFC 826 calls them.
  private func packet(
    _ operation: UInt8, _ hardware: String = "52:54:00:00:00:01", _ sender: String = "192.0.2.230",
    target: String = "192.0.2.10"
  ) throws -> [UInt8] {
    [0, 1, 8, 0, 6, 4, 0, operation] + (try mac(hardware)).bytes + (try ip(sender)).bytes
      + [0x52, 0x54, 0, 0, 0, 0xAA] + (try ip(target)).bytes
  }

  @Test func aQuestionIsTwentyEightBytesToTheLetter() throws {
    let question = ARPPacket.question(
      for: try ip("192.168.100.230"), from: try mac("52:54:00:12:34:56"), sender: try ip("192.168.100.231"))
    #expect(
      question == [
        0, 1, 8, 0, 6, 4, 0, 1, 0x52, 0x54, 0, 0x12, 0x34, 0x56, 192, 168, 100, 231, 0, 0, 0, 0, 0, 0, 192, 168, 100,
        230,
      ])
    let nameless = ARPPacket.question(for: try ip("192.0.2.1"), from: try mac("52:54:00:12:34:56"), sender: nil)
    #expect(Array(nameless[14..<18]) == [0, 0, 0, 0])
    #expect(claim(question) == nil, "a question is no claim of the asked address")
  }

  @Test func repliesAndAnnouncementsAreClaims() throws {
    let (vip, hardware) = (try ip("192.0.2.230"), try mac("52:54:00:00:00:01"))
    #expect(
      claim(try packet(2))
        == AddressClaim(address: vip, hardwareAddress: hardware, occasion: .reply(to: try ip("192.0.2.10"))))
    for operation: UInt8 in [1, 2] {
      #expect(
        claim(try packet(operation, target: "192.0.2.230"))
          == AddressClaim(address: vip, hardwareAddress: hardware, occasion: .announcement))
    }
    // Ethernet pads it to 46 bytes.
    #expect(claim(try packet(2) + [UInt8](repeating: 0, count: 18)) == claim(try packet(2)))
  }

  @Test func whatIsNotOneIsNotTaken() throws {
    let good = try packet(2)
    for count in 0..<28 { #expect(claim(Array(good[..<count])) == nil) }
    // Hardware and protocol type, both lengths, the operation's upper byte.
    for (place, value) in [(0, 1), (1, 6), (2, 0x86), (3, 6), (4, 8), (5, 16), (6, 1)] as [(Int, UInt8)] {
      var bad = good
      bad[place] = value
      #expect(claim(bad) == nil, "byte \(place)")
    }
    for operation: UInt8 in [0, 1, 3, 4, 8, 9, 255] { #expect(claim(try packet(operation)) == nil) }
    for hardware in ["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01"] {
      #expect(claim(try packet(2, hardware)) == nil)
    }
    for sender in ["0.0.0.0", "224.0.0.18", "255.255.255.255"] {
      #expect(claim(try packet(2, "52:54:00:00:00:01", sender)) == nil)
    }
  }
}

@Suite struct NeighbourDiscoveryTests {
  private func claim(_ bytes: [UInt8]) -> AddressClaim? { bytes.withUnsafeBytes { NeighbourDiscovery.claim(in: $0) } }

  private static let option: [UInt8] = [2, 1, 0x52, 0x54, 0, 0, 0, 1]

  private func advertisement(_ flags: UInt8, _ options: [UInt8] = option) throws -> [UInt8] {
    [136, 0, 0, 0, flags, 0, 0, 0] + (try ip("2001:db8::230")).bytes + options
  }

  @Test func aQuestionNamesItsSender() throws {
    let target = try ip("2001:db8::12:3456")
    #expect(
      NeighbourDiscovery.question(for: target, from: try mac("52:54:00:12:34:56"))
        == [135, 0, 0, 0, 0, 0, 0, 0] + target.bytes + [1, 1, 0x52, 0x54, 0, 0x12, 0x34, 0x56])
    #expect(NeighbourDiscovery.group(of: target).description == "ff02::1:ff12:3456")
    #expect(claim(NeighbourDiscovery.question(for: target, from: try mac("52:54:00:12:34:56"))) == nil)
  }

  @Test func solicitedOnesAreRepliesTheOthersAnnouncements() throws {
    let (vip, hardware) = (try ip("2001:db8::230"), try mac("52:54:00:00:00:01"))
    for (flags, occasion) in [
      (0x40, .reply(to: nil)), (0x60, .reply(to: nil)), (0xE0, .reply(to: nil)), (0x20, .announcement),
      (0, .announcement),
    ] as [(UInt8, AddressClaim.Occasion)] {
      #expect(
        claim(try advertisement(flags)) == AddressClaim(address: vip, hardwareAddress: hardware, occasion: occasion))
    }
    let later = try advertisement(0x60, [14, 1, 1, 2, 3, 4, 5, 6] + Self.option)
    #expect(claim(later)?.hardwareAddress == hardware, "after a nonce option")
  }

  @Test(
    arguments: [
      [], [2, 0, 0x52, 0x54, 0, 0, 0, 1], [2, 2, 0x52, 0x54, 0, 0, 0, 1], [1, 1, 0x52, 0x54, 0, 0, 0, 1], [2, 1, 0x52],
      [2, 1, 0, 0, 0, 0, 0, 0], [2, 1, 0x33, 0x33, 0, 0, 0, 1], [14, 0] + option,
      [2, 2] + [UInt8](repeating: 7, count: 14),
    ] as [[UInt8]])
  func withoutAStationsAddressItIsNone(_ options: [UInt8]) throws {
    #expect(claim(try advertisement(0x60, options)) == nil)
  }

  @Test func otherMessagesAndShortOnesAreNone() throws {
    let good = try advertisement(0x60)
    for count in 0..<good.count { #expect(claim(Array(good[..<count])) == nil) }
    for (place, value) in [(0, 135), (1, 1), (8, 0xFF)] as [(Int, UInt8)] {
      var bad = good
      bad[place] = value
      #expect(claim(bad) == nil)
    }
    let mapped = [136, 0, 0, 0, 0x60, 0, 0, 0] + [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 192, 0, 2, 1]
    #expect(claim(mapped + Self.option) == nil, "an IPv4-mapped target")
  }
}
