@testable import AgentText
import AgentCore
import AgentTesting
import Foundation
import Testing

@testable import AgentHost
@testable import AgentKnowledge

/// Real packets on a pair of interfaces in a network namespace of each test's own. The clock moves when the test does.
@Suite(
  .enabled(if: NetworkNamespace.isAvailable, Comment(rawValue: NetworkNamespace.requirement)),
  .timeLimit(.minutes(2)))
struct AdvertListenerTests {
  private static let vip = "192.0.2.230"
  private static let other = "52:54:00:00:00:20"

  private struct Bench {
    let loop: EventLoop
    let clock = ManualClock()
    let network: NetworkMonitor
    let reader: LiveAdverts

    init(_ loop: EventLoop) {
      self.loop = loop
      network = NetworkMonitor(loop: loop, clock: clock)
      reader = LiveAdverts(loop: loop, network: network, clock: clock)
    }

    func heard(on interfaces: [String] = []) async throws -> HeardAdverts {
      let outcome = await reader.heard(about: try ip(AdvertListenerTests.vip), on: interfaces)
      guard case .heard(let heard) = outcome else { throw Unexpected(outcome: outcome) }
      return heard
    }

    /// Looks until a condition holds; what was sent arrives without the clock.
    func heard(where condition: (HeardAdverts) -> Bool) async throws -> HeardAdverts {
      while true {
        let heard = try await heard()
        if condition(heard) { return heard }
        await Task.yield()
      }
    }
  }

  private struct Unexpected: Error { var outcome: AdvertOutcome }

  private func onLink(_ body: @Sendable @escaping (Bench, Station) async throws -> Void) async throws {
    try await withLoop { loop in
      let bench = Bench(loop)
      try await body(bench, try await Station.pair(bench.network))
    }
  }

  private func masters(_ heard: HeardAdverts) -> [HeardAdverts.Master] {
    heard.masters.sorted { $0.key.number < $1.key.number }.flatMap(\.value)
  }

  @Test func anAdvertisementToTheGroupIsHeardWithItsSender() async throws {
    try await onLink { bench, station in
      #expect(try await bench.heard().interfaces == ["eth0"])
      station.send(try AdvertSample().frame(from: Self.other))
      let heard = try await bench.heard { !$0.masters.isEmpty }
      #expect(heard.masters.keys.map { $0 } == [.init(interface: "eth0", family: .v4, number: 51)])
      let master = try #require(masters(heard).first)
      #expect(master.address.description == "192.0.2.20" && master.hardwareAddress?.description == Self.other)
      #expect(master.priority == 100 && master.addresses.map(\.description) == [Self.vip] && !master.isOwn)
    }
  }

  @Test func bothFamiliesAndUnicastAreHeard() async throws {
    try await onLink { bench, station in
      _ = try await bench.heard()
      let six = AdvertSample(
        version: 3, source: "fe80::20", destination: "ff02::12", number: 52, interval: 100, addresses: ["fe80::230"])
      station.send(try six.frame(from: Self.other))
      let unicast = AdvertSample(destination: "192.0.2.10", number: 53)
      station.send([0x52, 0x54, 0, 0, 0, 0x10] + (try mac(Self.other)).bytes + [8, 0] + (try unicast.packet()))
      let heard = try await bench.heard { $0.masters.count == 2 }
      #expect(masters(heard).map(\.address.description) == ["fe80::20", "192.0.2.20"])
    }
  }

  @Test func hostilePacketsAndThoseForOthersLeaveNoTrace() async throws {
    try await onLink { bench, station in
      _ = try await bench.heard()
      var tagged = try AdvertSample(number: 1).frame(from: Self.other)
      tagged.insert(contentsOf: [0x81, 0, 0, 5], at: 12)
      station.send(tagged)
      for spoiled in [
        AdvertSample(number: 2, hops: 64), AdvertSample(version: 1, number: 3), AdvertSample(number: 4, count: 99),
        AdvertSample(number: 5, checksumError: 9), AdvertSample(number: 6, protocolNumber: 51),
      ] { station.send(try spoiled.frame(from: Self.other)) }
      station.send([0x01, 0, 0x5E, 0, 0, 0x12] + (try mac(Self.other)).bytes + [8, 0, 0x45])
      let elsewhere = try AdvertSample(destination: "192.0.2.77", number: 7).packet()
      station.send([0x52, 0x54, 0, 0, 0, 0x77] + (try mac(Self.other)).bytes + [8, 0] + elsewhere)
      // What is sent last is heard last.
      station.send(try AdvertSample(number: 99).frame(from: Self.other))
      let heard = try await bench.heard { !$0.masters.isEmpty }
      #expect(heard.masters.keys.map(\.number) == [99])
    }
  }

  @Test func thisHostsOwnAdvertisementsCountAsItsOwn() async throws {
    try await onLink { bench, station in
      _ = try await bench.heard()
      let index = try await bench.network.table().link("eth0")?.index
      let own = try Station(on: try #require(index))
      own.send(try AdvertSample(source: "192.0.2.10").frame(from: "52:54:00:00:00:10"))
      station.send(try AdvertSample().frame(from: Self.other))
      let heard = try await bench.heard { $0.masters.values.first?.count == 2 }
      #expect(masters(heard).map(\.isOwn) == [true, false])
      #expect(masters(heard).map(\.address.description) == ["192.0.2.10", "192.0.2.20"])
    }
  }

  @Test func aSecondMasterThatStaysIsATriggerAndAFailOverIsNone() async throws {
    try await onLink { bench, station in
      let listener = AdvertListener(loop: bench.loop, clock: bench.clock)
      let link = try #require(try await bench.network.table().link("eth0"))
      let changes = listener.rivalry()
      let heard = { () async throws -> HeardAdverts in
        guard case .heard(let heard) = await listener.heard(on: [link]) else { throw CancellationError() }
        return heard
      }
      _ = try await heard()
      for second in 0...6 {
        let sources = second < 2 ? ["192.0.2.20"] : ["192.0.2.20", "192.0.2.21"]
        for source in sources { station.send(try AdvertSample(source: source).frame(from: Self.other)) }
        while try await heard().masters.values.first?.filter({ $0.last == .zero }).count != sources.count {
          await Task.yield()
        }
        let now = try await heard()
        #expect(now.masters.keys.contains { now.rivals(of: $0) != nil } == (second >= 5))
        bench.clock.advance(by: .seconds(1))
      }
      for await _ in changes { break }
    }
  }

  @Test func nothingIsSentNotEvenAReportOfMembership() async throws {
    try await onLink { bench, station in
      _ = try await bench.heard()
      station.send(try AdvertSample().frame(from: Self.other))
      _ = try await bench.heard { !$0.masters.isEmpty }
      let index = try await bench.network.table().link("eth0")?.index
      let own = try Station(on: try #require(index))
      own.send([UInt8](repeating: 0xFF, count: 6) + [2, 0, 0, 0, 0, 1, 0x88, 0xB5] + [UInt8](repeating: 0, count: 46))
      // The first frame that reaches the other end is the one that the test itself sent; IPv6's own are left out.
      let frame = await station.next { $0.count > 14 && Array($0[12..<14]) != [0x86, 0xDD] }
      #expect(Array(frame[12..<14]) == [0x88, 0xB5])
      let groups = try String(contentsOfFile: "/proc/thread-self/net/igmp", encoding: .utf8)
      #expect(!groups.contains("120000E0"))
      let hardware = try String(contentsOfFile: "/proc/thread-self/net/dev_mcast", encoding: .utf8)
      #expect(hardware.contains("01005e000012") && hardware.contains("333300000012"))
    }
  }

  @Test func listeningIsTimedAndFollowsTheInterface() async throws {
    try await onLink { bench, station in
      #expect(try await bench.heard().listening == .zero)
      bench.clock.advance(by: .seconds(7))
      #expect(try await bench.heard(on: ["peer", "gone"]).interfaces == ["eth0", "peer"])
      bench.clock.advance(by: .seconds(5))
      #expect(try await bench.heard(on: ["peer"]).listening == .seconds(5))
      #expect(try await bench.heard().interfaces == ["eth0"], "what is asked for no more is closed")
      station.send(try AdvertSample().frame(from: Self.other))
      _ = try await bench.heard { !$0.masters.isEmpty }
      try NetworkNamespace.ip(
        "link del eth0", "link add eth0 type veth peer name peer", "link set eth0 up",
        "addr add 192.0.2.10/24 dev eth0",
        "link set peer up")
      let later = try await bench.network.changes().first { _ in
        try await bench.network.table().link("eth0")?.isWorking == true
      }
      #expect(later != nil)
      let heard = try await bench.heard()
      #expect(heard.masters.isEmpty && heard.listening == .zero && heard.interfaces == ["eth0"])
    }
  }

  @Test func aHostOffTheLinkHasNothingToListenOn() async throws {
    try await withLoop { loop in
      try NetworkNamespace.enter()
      let bench = Bench(loop)
      guard case .notApplicable(let reason) = await bench.reader.heard(about: try ip(Self.vip), on: ["eth9"]) else {
        Issue.record("it listens")
        return
      }
      #expect(reason.contains(Self.vip))
    }
  }

  @Test func withoutTheCapabilityItIsNamed() async throws {
    try await onLink { bench, _ in
      try NetworkNamespace.dropRawCapability()
      #expect(await bench.reader.heard(about: try ip(Self.vip), on: []) == .denied("CAP_NET_RAW"))
    }
  }
}
