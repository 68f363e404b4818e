@testable import AgentText
import AgentTesting
import Testing

@testable import AgentHost

/// Builds advertisements, right ones and such as nobody should send.
struct AdvertSample {
  var version: UInt8 = 2
  var source = "192.0.2.20"
  var destination = "224.0.0.18"
  var number: UInt8 = 51
  var priority: UInt8 = 100
  /// Seconds for version 2, hundredths for version 3.
  var interval: UInt16 = 1
  var addresses = ["192.0.2.230"]
  /// What the count says; nil for the truth.
  var count: UInt8?
  var hops: UInt8 = 255
  var protocolNumber: UInt8 = 112
  var password: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]
  /// Whether the checksum of version 3 covers the pseudo-header over IPv4 too.
  var hasPseudoHeader = true
  /// Added to the right checksum.
  var checksumError: UInt16 = 0

  /// From the IP header on.
  func packet() throws -> [UInt8] {
    let (from, to) = (try ip(source).bytes, try ip(destination).bytes)
    let message = try message(from: from, to: to)
    if from.count == 4 {
      let total = 20 + message.count
      var header: [UInt8] =
        [0x45, 0xC0, UInt8(total >> 8), UInt8(total & 0xFF), 0, 0, 0, 0, hops, protocolNumber, 0, 0] + from + to
      let sum = Self.checksum(header)
      (header[10], header[11]) = (UInt8(sum >> 8), UInt8(sum & 0xFF))
      return header + message
    }
    let header: [UInt8] = [0x60, 0, 0, 0, UInt8(message.count >> 8), UInt8(message.count & 0xFF), protocolNumber, hops]
    return header + from + to + message
  }

  /// A whole frame to the group of the family.
  func frame(from hardware: String) throws -> [UInt8] {
    let isV4 = try ip(source).family == .v4
    return Advert.groups[isV4 ? 0 : 1] + (try mac(hardware)).bytes + (isV4 ? [8, 0] : [0x86, 0xDD]) + (try packet())
  }

  /// What the agent reads in it.
  func advert() throws -> Advert? { try packet().withUnsafeBytes { Advert(packet: $0) } }

  private func message(from: [UInt8], to: [UInt8]) throws -> [UInt8] {
    let list = try addresses.flatMap { try ip($0).bytes }
    let times: [UInt8] = version == 3 ? [UInt8(interval >> 8), UInt8(interval & 0xFF)] : [1, UInt8(interval & 0xFF)]
    let told: UInt8 = count ?? UInt8(addresses.count)
    var message: [UInt8] = [version << 4 | 1, number, priority, told]
    message += times + [0, 0] + list
    if version == 2 { message += password }
    let hasPseudo = version == 3 && (from.count == 16 || hasPseudoHeader)
    let sum = Self.checksum(message, Self.pseudoSum(hasPseudo ? from + to : [], hasPseudo ? message.count + 112 : 0))
    let stored = sum &+ checksumError
    (message[6], message[7]) = (UInt8(stored >> 8), UInt8(stored & 0xFF))
    return message
  }

  private static func pseudoSum(_ addresses: [UInt8], _ rest: Int) -> UInt32 {
    stride(from: 0, to: addresses.count, by: 2).reduce(UInt32(rest)) {
      $0 + UInt32(addresses[$1]) << 8 + UInt32(addresses[$1 + 1])
    }
  }

  /// RFC 1071, of an even number of bytes.
  private static func checksum(_ bytes: [UInt8], _ start: UInt32 = 0) -> UInt16 {
    var sum = start + pseudoSum(bytes, 0)
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    return ~UInt16(sum)
  }
}
