@testable import AgentText
import AgentCore
import AgentTesting
import Foundation
import Testing

@testable import AgentHost

/// The real kernel and real packets, in a network namespace of each test's own. The clock moves when the test moves it.
@Suite(
  .enabled(if: NetworkNamespace.isAvailable, Comment(rawValue: NetworkNamespace.requirement)),
  .timeLimit(.minutes(2)))
struct AddressProberTests {
  private struct Bench {
    let loop: EventLoop
    let clock = ManualClock()
    let network: NetworkMonitor
    let prober: AddressProber

    init(_ loop: EventLoop) {
      self.loop = loop
      network = NetworkMonitor(loop: loop, clock: clock)
      prober = AddressProber(loop: loop, network: network, clock: clock)
    }

    func ask(_ address: String, on interface: String? = nil) throws -> Task<ProbeOutcome, Never> {
      let (address, prober) = (try ip(address), prober)
      return Task(executorPreference: loop) {
        await prober.claimants(of: address, on: interface, window: .seconds(1))
      }
    }

    /// Waits until this many answers arrived.
    func answers(_ count: Int, for address: String) async throws {
      let address = try ip(address)
      while await prober.answersSoFar(for: address) != count { await Task.yield() }
    }

    /// Lets the window pass.
    func pass(_ duration: Duration) async {
      await clock.sleeper(for: duration)
      clock.advance(by: duration)
    }
  }

  private func onLink(
    more: [String] = [], _ body: @Sendable @escaping (Bench, Station) async throws -> Void
  ) async throws {
    try await withLoop { loop in
      let bench = Bench(loop)
      try await body(bench, try await Station.pair(bench.network, more: more))
    }
  }

  private func claimants(_ outcome: ProbeOutcome) throws -> [String: Int] {
    guard case .answered(let answers) = outcome else { throw Unexpected(outcome: outcome) }
    return Dictionary(uniqueKeysWithValues: answers.claimants.map { ($0.hardwareAddress.description, $0.answers) })
  }

  private struct Unexpected: Error { var outcome: ProbeOutcome }

  @Test func theQuestionIsABroadcastFromTheNodesOwnAddressAndAsksOnce() async throws {
    try await onLink { bench, station in
      let outcome = try bench.ask("192.0.2.230")
      let frame = try await station.question(for: "192.0.2.230")
      let own: [UInt8] = [0x52, 0x54, 0, 0, 0, 0x10]
      #expect(
        Array(frame.prefix(42)) == Station.broadcast + own
          + [8, 6, 0, 1, 8, 0, 6, 4, 0, 1] + own + [192, 0, 2, 10, 0, 0, 0, 0, 0, 0, 192, 0, 2, 230])
      try station.arp(2, from: "52:54:00:00:00:01", "192.0.2.230", to: "192.0.2.10")
      try await bench.answers(1, for: "192.0.2.230")
      await bench.pass(.seconds(1))
      #expect(
        await outcome.value
          == .answered(
            ProbeAnswers(
              claimants: [.init(hardwareAddress: try mac("52:54:00:00:00:01"), answers: 1)], questions: 1,
              interface: "eth0")))
    }
  }

  @Test func twoHoldersAreTold() async throws {
    try await onLink { bench, station in
      let outcome = try bench.ask("192.0.2.230")
      _ = try await station.question(for: "192.0.2.230")
      try station.arp(2, from: "52:54:00:00:00:02", "192.0.2.230", to: "192.0.2.10")
      try station.arp(2, from: "52:54:00:00:00:01", "192.0.2.230", to: "192.0.2.10")
      try station.arp(2, from: "52:54:00:00:00:01", "192.0.2.230", to: "192.0.2.10")
      try await bench.answers(3, for: "192.0.2.230")
      await bench.pass(.seconds(1))
      #expect(try claimants(await outcome.value) == ["52:54:00:00:00:01": 2, "52:54:00:00:00:02": 1])
    }
  }

  @Test func whenNobodyAnswersItAsksTwiceMore() async throws {
    try await onLink { bench, station in
      let outcome = try bench.ask("192.0.2.230")
      _ = try await station.question(for: "192.0.2.230")
      await bench.pass(.seconds(1))
      _ = try await station.question(for: "192.0.2.230")
      await bench.pass(.milliseconds(200))
      _ = try await station.question(for: "192.0.2.230")
      await bench.pass(.milliseconds(500))
      #expect(
        await outcome.value
          == .answered(ProbeAnswers(claimants: [], questions: 3, interface: "eth0")))
    }
  }

  @Test func whoHasTheAddressItselfAsksTheOthersOnce() async throws {
    try await onLink(more: ["addr add 192.0.2.230/32 dev eth0"]) { bench, station in
      let outcome = try bench.ask("192.0.2.230")
      _ = try await station.question(for: "192.0.2.230")
      await bench.pass(.seconds(1))
      #expect(
        await outcome.value
          == .answered(ProbeAnswers(claimants: [], questions: 1, interface: "eth0")))
    }
  }

  @Test func aQuestionThatDoesNotInsistIsAskedOnce() async throws {
    try await onLink { bench, station in
      let (address, prober) = (try ip("192.0.2.230"), bench.prober)
      let outcome = Task(executorPreference: bench.loop) {
        await prober.claimants(of: address, on: "eth0", window: .seconds(1), insists: false)
      }
      _ = try await station.question(for: "192.0.2.230")
      await bench.pass(.seconds(1))
      #expect(
        await outcome.value
          == .answered(ProbeAnswers(claimants: [], questions: 1, interface: "eth0")))
    }
  }

  @Test func aLateAnswerIsTaken() async throws {
    try await onLink { bench, station in
      let outcome = try bench.ask("192.0.2.230")
      await bench.pass(.seconds(1))
      await bench.pass(.milliseconds(200))
      try station.arp(2, from: "00:00:5e:00:01:33", "192.0.2.230", to: "192.0.2.10")
      try await bench.answers(1, for: "192.0.2.230")
      await bench.pass(.milliseconds(500))
      #expect(try claimants(await outcome.value) == ["00:00:5e:00:01:33": 1])
    }
  }

  @Test func hostileAnswersAreNotCounted() async throws {
    try await onLink { bench, station in
      let outcome = try bench.ask("192.0.2.230")
      _ = try await station.question(for: "192.0.2.230")
      let (bad, vip, own) = ("52:54:00:00:00:66", "192.0.2.230", "192.0.2.10")
      for (place, value) in [(1, 6), (2, 9), (4, 8), (5, 16), (6, 1), (7, 1), (7, 3), (7, 0)] as [(Int, UInt8)] {
        try station.arp(2, from: bad, vip, to: own) { $0[place] = value }
      }
      // Cut short, to somebody else, of another address, of the asker's own address, with impossible senders.
      try station.arp(2, from: bad, vip, to: own) { $0.removeLast(5) }
      try station.arp(2, from: bad, vip, to: "192.0.2.11")
      try station.arp(2, from: bad, vip, to: own, frameTo: [0x52, 0x54, 0, 0, 0, 0x77])
      try station.arp(2, from: bad, "192.0.2.231", to: own)
      try station.arp(2, from: bad, own, to: own)
      try station.arp(2, from: bad, own, to: vip)
      try station.arp(2, from: "ff:ff:ff:ff:ff:ff", vip, to: own)
      try station.arp(2, from: "00:00:00:00:00:00", vip, to: own)
      // This host's own hardware addresses: a loop in the network, or a second port on the same link.
      try station.arp(2, from: "52:54:00:00:00:10", vip, to: own)
      try station.arp(2, from: "52:54:00:00:00:99", vip, to: own)
      // With a VLAN tag it is another network's.
      station.send(
        [0x52, 0x54, 0, 0, 0, 0x10, 0x52, 0x54, 0, 0, 0, 0x66, 0x81, 0, 0, 5, 8, 6, 0, 1, 8, 0, 6, 4, 0, 2, 0x52, 0x54]
          + [0, 0, 0, 0x66, 192, 0, 2, 230, 0x52, 0x54, 0, 0, 0, 0x10, 192, 0, 2, 10])
      // Announcements are heard, but are no answers.
      try station.arp(1, from: bad, vip, to: vip, frameTo: Station.broadcast)
      try station.arp(2, from: bad, vip, to: vip, frameTo: Station.broadcast)
      try station.arp(2, from: "52:54:00:00:00:01", vip, to: own)
      try await bench.answers(1, for: vip)
      await bench.pass(.seconds(1))
      #expect(try claimants(await outcome.value) == ["52:54:00:00:00:01": 1])
    }
  }

  @Test func aStormOfAnswersEndsInABoundedResult() async throws {
    try await onLink { bench, station in
      let outcome = try bench.ask("192.0.2.230")
      _ = try await station.question(for: "192.0.2.230")
      try station.arp(2, from: "52:54:00:00:00:01", "192.0.2.230", to: "192.0.2.10")
      try await bench.answers(1, for: "192.0.2.230")
      var frame: [UInt8] = [
        0x52, 0x54, 0, 0, 0, 0x10, 2, 0, 0, 0, 0, 0, 8, 6, 0, 1, 8, 0, 6, 4, 0, 2, 2, 0, 0, 0, 0, 0,
      ]
      frame += [192, 0, 2, 230, 0x52, 0x54, 0, 0, 0, 0x10, 192, 0, 2, 10]
      for number in 0..<100_000 {
        for (place, shift) in [(25, 16), (26, 8), (27, 0)] { frame[place] = UInt8(truncatingIfNeeded: number >> shift) }
        station.send(frame)
        if number % 64 == 0 { await Task.yield() }
      }
      while await bench.prober.answersSoFar(for: try ip("192.0.2.230")) != ProbeAnswers.most { await Task.yield() }
      await bench.pass(.seconds(1))
      guard case .answered(let answers) = await outcome.value else {
        Issue.record("no answer")
        return
      }
      #expect(answers.claimants.count == ProbeAnswers.most && answers.isCutShort)
    }
  }

  @Test func oneQuestionIsInFlightPerAddress() async throws {
    try await onLink { bench, station in
      let asked = try (0..<5).map { _ in try bench.ask("192.0.2.230") }
      let other = try bench.ask("192.0.2.231")
      _ = try await station.question(for: "192.0.2.230")
      _ = try await station.question(for: "192.0.2.231")
      try station.arp(2, from: "52:54:00:00:00:01", "192.0.2.230", to: "192.0.2.10")
      try station.arp(2, from: "52:54:00:00:00:02", "192.0.2.231", to: "192.0.2.10")
      try await bench.answers(1, for: "192.0.2.230")
      try await bench.answers(1, for: "192.0.2.231")
      await bench.clock.sleepers { $0 == [.seconds(1), .seconds(1)] }
      bench.clock.advance(by: .seconds(1))
      for outcome in asked { #expect(try claimants(await outcome.value) == ["52:54:00:00:00:01": 1]) }
      #expect(try claimants(await other.value) == ["52:54:00:00:00:02": 1])
      // The next question is a new one: no second one for the address was sent meanwhile.
      let again = try bench.ask("192.0.2.230")
      _ = try await station.question(for: "192.0.2.230")
      try station.arp(2, from: "52:54:00:00:00:03", "192.0.2.230", to: "192.0.2.10")
      try await bench.answers(1, for: "192.0.2.230")
      await bench.pass(.seconds(1))
      #expect(try claimants(await again.value) == ["52:54:00:00:00:03": 1])
    }
  }

  @Test func whatTheHostHoldsItselfIsAskedOfTheOthers() async throws {
    try await onLink(more: ["addr add 192.0.2.230/32 dev eth0"]) { bench, station in
      let outcome = try bench.ask("192.0.2.230")
      let frame = try await station.question(for: "192.0.2.230")
      #expect(Array(frame[28..<32]) == [192, 0, 2, 10])
      try station.arp(2, from: "52:54:00:00:00:01", "192.0.2.230", to: "192.0.2.10")
      try await bench.answers(1, for: "192.0.2.230")
      await bench.pass(.seconds(1))
      #expect(try claimants(await outcome.value) == ["52:54:00:00:00:01": 1])
    }
  }

  @Test func anIPv6QuestionIsASolicitationFromTheLinkLocalAddress() async throws {
    try await onLink { bench, station in
      let outcome = try bench.ask("2001:db8::230")
      let frame = try await station.solicitation(for: "2001:db8::230")
      #expect(Array(frame.prefix(6)) == [0x33, 0x33, 0xFF, 0, 2, 0x30])
      #expect(frame[21] == 255, "hop limit")
      #expect(Array(frame[22..<38]) == (try ip("fe80::10")).bytes)
      #expect(Array(frame[38..<54]) == (try ip("ff02::1:ff00:230")).bytes)
      #expect(Array(frame[78...]) == [1, 1, 0x52, 0x54, 0, 0, 0, 0x10])
      let own = "fe80::10"
      try station.advertise("2001:db8::230", from: "52:54:00:00:00:66", flags: 0x60, to: own, hops: 64)
      try station.advertise("2001:db8::231", from: "52:54:00:00:00:66", flags: 0x60, to: own)
      try station.advertise("2001:db8::230", from: "52:54:00:00:00:66", flags: 0x20, to: "ff02::1")
      try station.advertise("2001:db8::230", from: "52:54:00:00:00:10", flags: 0x60, to: own)
      try station.advertise("2001:db8::230", from: "52:54:00:00:00:01", flags: 0x60, to: own)
      try station.advertise("2001:db8::230", from: "52:54:00:00:00:02", flags: 0x40, to: own)
      try await bench.answers(2, for: "2001:db8::230")
      await bench.pass(.seconds(1))
      #expect(try claimants(await outcome.value) == ["52:54:00:00:00:01": 1, "52:54:00:00:00:02": 1])
    }
  }

  @Test func whereNobodyCanBeAskedItIsSaidAtOnce() async throws {
    try await onLink { bench, _ in
      #expect(try await bench.ask("10.0.0.1").value == .behindGateway)
      #expect(try await bench.ask("127.0.0.2").value == .notApplicable("lo is the loopback interface"))
      try NetworkNamespace.ip("link set peer down")
      #expect(try await bench.ask("192.0.2.230").value == .notApplicable("eth0 has no carrier"))
      try NetworkNamespace.ip("link set eth0 down")
      #expect(try await bench.ask("192.0.2.230", on: "eth0").value == .notApplicable("eth0 is down"))
      try NetworkNamespace.ip("link del eth0")
      #expect(try await bench.ask("192.0.2.230").value == .behindGateway)
    }
  }

  @Test func anInterfaceThatGoesDownMeanwhileIsSaid() async throws {
    try await onLink { bench, station in
      let outcome = try bench.ask("192.0.2.230")
      _ = try await station.question(for: "192.0.2.230")
      try NetworkNamespace.ip("link set eth0 down")
      await bench.pass(.seconds(1))
      #expect(await outcome.value == .notApplicable("eth0 went down"))
    }
  }

  @Test func withoutTheCapabilityItIsNamedAndTheTablesAreReadAllTheSame() async throws {
    try await onLink { bench, _ in
      try NetworkNamespace.dropRawCapability()
      #expect(try await bench.ask("192.0.2.230").value == .denied("CAP_NET_RAW"))
      #expect(try await bench.ask("2001:db8::230").value == .denied("CAP_NET_RAW"))
      #expect(try await bench.ask("10.0.0.1").value == .behindGateway)
      _ = try await watch(bench, ["192.0.2.230"], own: ["192.0.2.230"])
      let heard = await bench.prober.heard(try ip("192.0.2.230"))
      #expect(!heard.isListening && !heard.isWatchingOwn)
      #expect(try await bench.network.table().link("eth0")?.isWorking == true)
    }
  }

  // MARK: Listening

  /// Watches; the stream's first trigger says that the watch stands.
  private func watch(
    _ bench: Bench, _ addresses: [String], own: [String] = []
  ) async throws -> AsyncStream<Trigger> {
    let changes = bench.prober.announcements(
      for: AddressInterest(Set(try addresses.map { try ip($0) }), own: Set(try own.map { try ip($0) })))
    for await _ in changes { break }
    return changes
  }

  private func announced(_ bench: Bench, _ address: String) async throws -> String? {
    await bench.prober.heard(try ip(address)).announcement?.hardwareAddress.description
  }

  /// Waits for a trigger.
  private func next(_ changes: AsyncStream<Trigger>) async { for await _ in changes { return } }

  @Test func anAnnouncementOfAnotherHostIsATriggerAndItsRepetitionIsNot() async throws {
    try await onLink { bench, station in
      let changes = try await watch(bench, ["192.0.2.230", "192.0.2.231"])
      #expect(await bench.prober.heard(try ip("192.0.2.230")).isListening)
      try station.arp(1, from: "52:54:00:00:00:01", "192.0.2.230", to: "192.0.2.230", frameTo: Station.broadcast)
      await next(changes)
      #expect(try await announced(bench, "192.0.2.230") == "52:54:00:00:00:01")
      #expect(await bench.prober.heard(try ip("192.0.2.230")).announcement?.time == bench.clock.now())
      // Only the second address is news: had the repetition come through, its later time would show.
      bench.clock.advance(by: .seconds(3))
      let before = bench.clock.now().advanced(by: .seconds(-3))
      try station.arp(2, from: "52:54:00:00:00:01", "192.0.2.230", to: "192.0.2.230", frameTo: Station.broadcast)
      try station.arp(2, from: "52:54:00:00:00:01", "192.0.2.231", to: "192.0.2.231", frameTo: Station.broadcast)
      await next(changes)
      #expect(try await announced(bench, "192.0.2.231") == "52:54:00:00:00:01")
      #expect(await bench.prober.heard(try ip("192.0.2.230")).announcement?.time == before)
      // Moved.
      try station.arp(1, from: "52:54:00:00:00:02", "192.0.2.230", to: "192.0.2.230", frameTo: Station.broadcast)
      await next(changes)
      #expect(try await announced(bench, "192.0.2.230") == "52:54:00:00:00:02")
    }
  }

  @Test func afterAQuestionOnlyItsClaimantsAreKnown() async throws {
    try await onLink { bench, station in
      let changes = try await watch(bench, ["192.0.2.230"])
      try station.arp(1, from: "52:54:00:00:00:01", "192.0.2.230", to: "192.0.2.230", frameTo: Station.broadcast)
      await next(changes)
      let outcome = try bench.ask("192.0.2.230")
      _ = try await station.question(for: "192.0.2.230")
      try station.arp(2, from: "52:54:00:00:00:02", "192.0.2.230", to: "192.0.2.10")
      try await bench.answers(1, for: "192.0.2.230")
      await bench.pass(.seconds(1))
      _ = await outcome.value
      try station.arp(1, from: "52:54:00:00:00:02", "192.0.2.230", to: "192.0.2.230", frameTo: Station.broadcast)
      try station.arp(1, from: "52:54:00:00:00:01", "192.0.2.230", to: "192.0.2.230", frameTo: Station.broadcast)
      await next(changes)
      #expect(try await announced(bench, "192.0.2.230") == "52:54:00:00:00:01", "it came back")
    }
  }

  @Test func anUnsolicitedAdvertisementIsATriggerAndTheNewHolderIsLeftAlone() async throws {
    try await onLink { bench, station in
      let changes = try await watch(bench, ["2001:db8::230"])
      try station.advertise("2001:db8::230", from: "52:54:00:00:00:01", flags: 0x20, to: "ff02::1")
      await next(changes)
      #expect(try await announced(bench, "2001:db8::230") == "52:54:00:00:00:01")
      #expect(try await bench.ask("2001:db8::230").value == .moving)
      bench.clock.advance(by: .seconds(2))
      let outcome = try bench.ask("2001:db8::230")
      _ = try await station.solicitation(for: "2001:db8::230")
      try station.advertise("2001:db8::230", from: "52:54:00:00:00:01", flags: 0x60, to: "fe80::10")
      try await bench.answers(1, for: "2001:db8::230")
      await bench.pass(.seconds(1))
      #expect(try claimants(await outcome.value) == ["52:54:00:00:00:01": 1])
    }
  }

  @Test func thisHostsOwnAnswersAreSeenLeaving() async throws {
    // The kernel answers for what it holds, as a MetalLB speaker does for what it does not.
    try await onLink(more: ["addr add 192.0.2.240/32 dev eth0", "addr add 2001:db8::240/128 dev eth0 nodad"]) {
      bench, station in
      let changes = try await watch(bench, [], own: ["192.0.2.240", "2001:db8::240"])
      #expect(await bench.prober.heard(try ip("192.0.2.240")).isWatchingOwn)
      #expect(await bench.prober.heard(try ip("192.0.2.240")).ownClaim == nil)
      try station.arp(1, from: "52:54:00:00:00:01", "192.0.2.20", to: "192.0.2.240", frameTo: Station.broadcast)
      await next(changes)
      #expect(await bench.prober.heard(try ip("192.0.2.240")).ownClaim == bench.clock.now())
      #expect(await bench.prober.heard(try ip("192.0.2.240")).announcement == nil)
      let question = [135, 0, 0, 0, 0, 0, 0, 0] + (try ip("2001:db8::240")).bytes + [1, 1, 0x52, 0x54, 0, 0, 0, 1]
      try station.discover(question, from: "fe80::99", "52:54:00:00:00:01", to: "ff02::1:ff00:240")
      await next(changes)
      #expect(await bench.prober.heard(try ip("2001:db8::240")).ownClaim == bench.clock.now())
    }
  }

  @Test func interfacesThatGoAndComeAreFollowed() async throws {
    try await onLink { bench, _ in
      let changes = try await watch(bench, ["192.0.2.230"])
      let vip = try ip("192.0.2.230")
      try NetworkNamespace.ip("link del eth0")
      while await bench.prober.heard(vip).isListening { await step(bench) }
      try NetworkNamespace.ip(
        "link add eth1 type veth peer name peer", "link set peer addrgenmode none up",
        "link set eth1 addrgenmode none up", "addr add 192.0.2.11/24 dev eth1")
      while await !bench.prober.heard(vip).isListening { await step(bench) }
      while try await bench.network.table().link("peer")?.flags.contains(.running) != true { await Task.yield() }
      let index = try await bench.network.table().link("peer")?.index
      let station = try Station(on: try #require(index))
      try station.arp(1, from: "52:54:00:00:00:01", "192.0.2.230", to: "192.0.2.230", frameTo: Station.broadcast)
      await next(changes)
      #expect(await bench.prober.heard(vip).announcement?.interface == "eth1")
    }
  }

  /// Lets whoever waits for the manual clock go on.
  private func step(_ bench: Bench) async {
    bench.clock.advance(by: .milliseconds(100))
    await Task.yield()
  }

  @Test func whenNobodyWatchesNothingIsOpen() async throws {
    try await onLink { bench, _ in
      do {
        let changes = try await watch(bench, ["192.0.2.230", "2001:db8::230"], own: ["192.0.2.240"])
        let packets = try sockets()
        #expect(packets.count == 4, "ARP, neighbour discovery, own; and the station: \(packets)")
        withExtendedLifetime(changes) {}
      }
      while try sockets().count > 1 { await Task.yield() }
      #expect(await bench.prober.heard(try ip("192.0.2.230")) == HeardClaims())
    }
  }

  /// The packet and raw sockets of this thread's namespace.
  private func sockets() throws -> [Substring] {
    try ["packet", "raw6"].flatMap { name in
      let text = try String(contentsOfFile: "/proc/thread-self/net/\(name)", encoding: .utf8)
      return text.split(separator: "\n").dropFirst()
    }
  }
}
