@testable import AgentText
import AgentTesting
import AgentCore
import Testing

@testable import AgentHost

@Suite struct AdvertBookTests {
  private static let start = HostTime(wallNanoseconds: 0, bootNanoseconds: 1_000_000_000_000)
  private static let router = HeardAdverts.Router(interface: "eth0", family: .v4, number: 51)
  private var book = AdvertState()

  /// One host that speaks from its beginning to its end, each second, and resigns at the end or not.
  private struct Speaker {
    var source: String
    var priority: UInt8 = 100
    var seconds: ClosedRange<Int>
    var resigns = false
  }

  private func hearing(_ source: String, priority: UInt8 = 100, number: UInt8 = 51, mac hardware: String? = nil)
    throws -> AdvertState.Hearing
  {
    let sample = AdvertSample(source: source, number: number, priority: priority)
    return AdvertState.Hearing(
      advert: try #require(try sample.advert()), hardwareAddress: try hardware.map { try mac($0) }, isOwn: false)
  }

  private func time(_ seconds: Double) -> HostTime { Self.start.advanced(by: .milliseconds(Int(seconds * 1000))) }

  /// Whether there were two masters, at any second.
  private mutating func rivalries(_ speakers: [Speaker], until end: Int) throws -> [Int] {
    try (0...end).filter { second in
      for speaker in speakers where speaker.seconds.contains(second) {
        let isEnd = speaker.resigns && second == speaker.seconds.upperBound
        book.take(
          try hearing(speaker.source, priority: isEnd ? 0 : speaker.priority), on: "eth0", at: time(Double(second)))
      }
      let heard = HeardAdverts(
        masters: book.masters(at: time(Double(second))), listening: .zero, interfaces: ["eth0"])
      return heard.rivals(of: Self.router) != nil
    }
  }

  @Test mutating func twoMastersThatStayAreRivalsAfterThreeIntervals() throws {
    let found = try rivalries(
      [Speaker(source: "192.0.2.20", seconds: 0...20), Speaker(source: "192.0.2.21", seconds: 5...12)], until: 20)
    // From the third interval on, and until the one that stopped is silent for four.
    #expect(found == Array(8...15))
  }

  @Test(
    arguments: [
      // The master dies; a backup waits three intervals and a skew.
      [Speaker(source: "192.0.2.20", seconds: 0...5), Speaker(source: "192.0.2.21", seconds: 9...30)],
      // The master resigns; a backup waits for the skew.
      [Speaker(source: "192.0.2.20", seconds: 0...5, resigns: true), Speaker(source: "192.0.2.21", seconds: 5...30)],
      // One with a higher priority comes back, and the other falls silent.
      [Speaker(source: "192.0.2.20", seconds: 0...6), Speaker(source: "192.0.2.21", priority: 150, seconds: 5...30)],
      // It goes to and fro.
      [
        Speaker(source: "192.0.2.20", seconds: 0...4), Speaker(source: "192.0.2.21", seconds: 4...8),
        Speaker(source: "192.0.2.20", seconds: 9...14), Speaker(source: "192.0.2.21", seconds: 14...20),
      ],
    ] as [[Speaker]]) private mutating func aFailOverIsNoRivalry(speakers: [Speaker]) throws
  {
    #expect(try rivalries(speakers, until: 30) == [])
    #expect(!book.masters(at: time(20)).isEmpty)
  }

  @Test mutating func whoResignsIsGoneAtOnceAndWhoFallsSilentAfterFourIntervals() throws {
    book.take(try hearing("192.0.2.20"), on: "eth0", at: time(0))
    #expect(book.masters(at: time(3.9))[Self.router]?.map(\.last) == [.milliseconds(3900)])
    #expect(book.masters(at: time(4)).isEmpty)
    book.take(try hearing("192.0.2.20"), on: "eth0", at: time(10))
    #expect(book.masters(at: time(10))[Self.router]?.map(\.began) == [.zero], "it began anew")
    book.take(try hearing("192.0.2.20", priority: 0), on: "eth0", at: time(11))
    #expect(book.masters(at: time(11)).isEmpty)
  }

  @Test mutating func numbersInterfacesAndFamiliesAreOtherRouters() throws {
    for (interface, number) in [("eth0", 51), ("eth0", 52), ("eth1", 51)] as [(String, UInt8)] {
      book.take(try hearing("192.0.2.20", number: number), on: interface, at: time(0))
    }
    #expect(book.masters(at: time(0)).count == 3)
    book.forget(interface: "eth0")
    #expect(book.masters(at: time(0)).keys.map(\.interface) == ["eth1"])
  }

  @Test mutating func copiedHostsWithOneAddressAreTwo() throws {
    for hardware in ["52:54:00:00:00:01", "52:54:00:00:00:02"] {
      book.take(try hearing("192.0.2.20", mac: hardware), on: "eth0", at: time(0))
    }
    #expect(book.masters(at: time(0))[Self.router]?.count == 2)
  }

  @Test mutating func aFloodFillsTheTableOnceAndIsForgotten() throws {
    for number in 1...255 as ClosedRange<UInt8> {
      for host in 1...9 { book.take(try hearing("10.0.0.\(host)", number: number), on: "eth0", at: time(0)) }
    }
    let masters = book.masters(at: time(0))
    #expect(masters.count == AdvertState.mostRouters)
    #expect(masters.values.allSatisfy { $0.count == AdvertState.mostMasters })
    // Whoever speaks after it has room again.
    book.take(try hearing("192.0.2.20"), on: "eth1", at: time(60))
    #expect(book.masters(at: time(60)).values.flatMap { $0 }.map(\.address) == [try ip("192.0.2.20")])
  }
}
