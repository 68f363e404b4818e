@testable import AgentText
import AgentTesting
import AgentCore
import Testing

@testable import AgentHost

@Suite struct AdvertTests {
  private static let six = AdvertSample(
    version: 3, source: "fe80::20", destination: "ff02::12", interval: 100, addresses: ["fe80::230", "2001:db8::230"])

  @Test func versionTwoIsReadWithoutItsPassword() throws {
    let sample = AdvertSample(
      interval: 5, addresses: ["192.0.2.231", "192.0.2.230"], password: Array("SECRETWD".utf8))
    let advert = try #require(try sample.advert())
    #expect(advert.source.description == "192.0.2.20" && advert.routerID == 51 && advert.priority == 100)
    #expect(advert.interval == .seconds(5))
    #expect(advert.addresses.map(\.description) == ["192.0.2.230", "192.0.2.231"])
    #expect(!"\(advert)".contains("SECRET") && !"\(advert)".contains("83, 69"))
  }

  @Test func versionThreeIsReadOverBothFamilies() throws {
    for hasPseudoHeader in [true, false] {
      let advert = try AdvertSample(version: 3, interval: 250, hasPseudoHeader: hasPseudoHeader).advert()
      #expect(advert?.interval == .milliseconds(2500))
    }
    let advert = try #require(try Self.six.advert())
    #expect(advert.source.description == "fe80::20" && advert.interval == .seconds(1))
    #expect(advert.addresses.map(\.description) == ["2001:db8::230", "fe80::230"])
  }

  @Test func aMasterThatResignsAndOneWithoutAddressesAreRead() throws {
    #expect(try AdvertSample(priority: 0).advert()?.priority == 0)
    #expect(try AdvertSample(addresses: []).advert()?.addresses == [])
  }

  @Test func anOctetsUpperHalfIsReservedInVersionThree() throws {
    #expect(try AdvertSample(version: 3, interval: 0xF064).advert()?.interval == .seconds(1))
  }

  private static func changed(_ sample: AdvertSample, _ change: (inout AdvertSample) -> Void) -> AdvertSample {
    var sample = sample
    change(&sample)
    return sample
  }

  private static let spoiled: [(String, AdvertSample)] = [
    ("version 1", AdvertSample(version: 1)), ("version 4", AdvertSample(version: 4)),
    ("hop limit 64", AdvertSample(hops: 64)), ("hop limit 254", AdvertSample(hops: 254)),
    ("checksum", AdvertSample(checksumError: 1)), ("count beyond the packet", AdvertSample(count: 4)),
    ("greatest count", AdvertSample(count: 255)), ("number 0", AdvertSample(number: 0)),
    ("interval 0", AdvertSample(interval: 0)), ("group as source", AdvertSample(source: "224.0.0.18")),
    ("unspecified source", AdvertSample(source: "0.0.0.0")), ("protocol", AdvertSample(protocolNumber: 51)),
    ("version 2 over IPv6", changed(six) { ($0.version, $0.interval) = (2, 1) }),
    ("hop limit of IPv6", changed(six) { $0.hops = 1 }), ("checksum of IPv6", changed(six) { $0.checksumError = 7 }),
    ("count of IPv6", changed(six) { $0.count = 3 }),
    ("IPv4 addresses over IPv6", changed(six) { ($0.addresses, $0.count) = (["192.0.2.1"], 1) }),
  ]

  @Test(arguments: spoiled) func whatIsNoAdvertisementIsNotRead(name: String, sample: AdvertSample) throws {
    #expect(try sample.advert() == nil, "\(name)")
  }

  @Test func fragmentsOtherTypesAndWrongLengthsAreNotRead() throws {
    let whole = try AdvertSample().packet()
    let read = { (bytes: [UInt8]) in bytes.withUnsafeBytes { Advert(packet: $0) } }
    #expect(read(whole) != nil)
    let wrong: [(Int, UInt8)] = [
      (6, 0x20), (7, 1), (0, 0x44), (0, 0x4F), (0, 0x55), (3, 255), (3, 21), (20, 0x22),
    ]
    for (place, value) in wrong {
      var bytes = whole
      bytes[place] = value
      #expect(read(bytes) == nil, "byte \(place)")
    }
    // What Ethernet adds to fill a short frame does not belong to it.
    #expect(read(whole + [UInt8](repeating: 7, count: 12)) != nil)
  }

  @Test func whatIsCutShortAnywhereIsNeverReadBeyondItsEnd() throws {
    for whole in [try AdvertSample().packet(), try AdvertSample(version: 3).packet(), try Self.six.packet()] {
      for count in 0..<whole.count {
        let cut = Array(whole[..<count])
        #expect(cut.withUnsafeBytes { Advert(packet: $0) } == nil)
      }
    }
  }
}
