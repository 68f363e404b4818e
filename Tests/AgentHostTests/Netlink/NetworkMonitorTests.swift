import AgentCore
import AgentTesting
import CNetlink
import Foundation
import Testing

@testable import AgentHost
@testable import AgentText

/// The real kernel, in a network namespace of each test's own; every wait ends with the event it waits for.
@Suite(
  .enabled(if: NetworkNamespace.isAvailable, Comment(rawValue: NetworkNamespace.requirement)),
  .timeLimit(.minutes(2)))
struct NetworkMonitorTests {
  private func inNamespace(
    receiveBuffer: Int = 1 << 20, clock: (any AgentClock)? = nil,
    _ body: @Sendable @escaping (NetworkMonitor) async throws -> Void
  ) async throws {
    try await withLoop { loop in
      try NetworkNamespace.enter()
      try await body(
        NetworkMonitor(loop: loop, clock: clock ?? LoopClock(loop: loop), receiveBuffer: receiveBuffer))
    }
  }

  /// Waits for triggers until a condition holds.
  private func until(
    _ changes: AsyncStream<Trigger>, _ condition: () async throws -> Bool
  ) async throws {
    for await _ in changes where try await condition() { return }
  }

  private func counts(_ monitor: NetworkMonitor, _ address: IPAddress) async -> [Int] {
    let events = await monitor.counted().addressEvents
    return AddressEvent.Kind.allCases.map { events[AddressEvent(address: address, kind: $0)] ?? 0 }
  }

  @Test func aNamespaceWithNothingButLoopback() async throws {
    try await inNamespace { monitor in
      let table = try await monitor.table()
      #expect(table.links.map(\.name) == ["lo"])
      #expect(table.links[0].flags.isSuperset(of: [.loopback, .up]))
      #expect(table.links[0].hardwareType == 772)
      #expect(table.addresses.map(\.address.description) == ["127.0.0.1", "::1"])
      #expect(table.addresses.map(\.scope) == [.host, .host])
      #expect(table.neighbours.isEmpty)
    }
  }

  @Test func aNamespaceWithNothingButADownLoopback() async throws {
    try await inNamespace { monitor in
      try NetworkNamespace.ip("link set lo down", "addr flush dev lo")
      let table = try await monitor.table()
      #expect(table.links.map(\.name) == ["lo"] && !table.links[0].isWorking)
      #expect(table.addresses.isEmpty && table.neighbours.isEmpty)
      let changes = monitor.changes()
      for await _ in changes { break }
      #expect(await monitor.counted().problem == nil)
    }
  }

  @Test func aTunnelsSourceIsTheKernels() async throws {
    try await inNamespace { monitor in
      do {
        try NetworkNamespace.ip(
          "link add vxlan.calico type vxlan id 4096 dstport 4789 local 192.0.2.230",
          "link add vxlan6 type vxlan id 4097 dstport 4789 local 2001:db8::230",
          "link add open type vxlan id 4098 dstport 4790")
      } catch {
        try Test.cancel("the kernel has no VXLAN: \(error)")
      }
      let table = try await monitor.table()
      #expect(table.link("vxlan.calico")?.kind == "vxlan")
      #expect(table.link("vxlan.calico")?.tunnelSource == (try ip("192.0.2.230")))
      #expect(table.link("vxlan6")?.tunnelSource == (try ip("2001:db8::230")))
      #expect(table.link("open") != nil && table.link("open")?.tunnelSource == nil)
    }
  }

  @Test func anInterfaceTellsWhatItLiesOn() async throws {
    try await inNamespace { monitor in
      try NetworkNamespace.ip(
        "link add br0 type bridge", "link add link br0 name mv0 type macvlan", "link add v0 type veth peer name v1")
      let table = try await monitor.table()
      #expect(table.links.map { "\($0.name) \($0.lower ?? "")" }.sorted() == ["br0 ", "lo ", "mv0 br0", "v0 ", "v1 "])
    }
  }

  @Test func theTablesAreThoseOfTheKernel() async throws {
    try await inNamespace { monitor in
      try NetworkNamespace.ip(
        "link add br0 type bridge", "link add v0 address 52:54:00:00:00:01 type veth peer name v1",
        "link set v1 addrgenmode none mtu 1400 master br0 up", "link set v0 addrgenmode none up",
        "addr add 192.0.2.9/24 dev v0", "addr add 192.0.2.230/32 dev v0", "addr add 192.0.2.10/24 dev v0",
        "addr add 198.51.100.1 peer 198.51.100.2/30 dev v0", "addr add fe80::10/64 dev v0 nodad",
        "addr add 2001:db8::10/64 dev v0 nodad",
        "neigh add 192.0.2.1 lladdr 52:54:00:00:00:ff dev v0 nud permanent",
        "neigh add 192.0.2.2 lladdr 52:54:00:00:00:fe dev v0 nud stale",
        "neigh add 2001:db8::1 lladdr 52:54:00:00:00:fd dev v0 nud reachable")
      let table = try await monitor.table()
      let v0 = try #require(table.link("v0"))
      #expect(v0.kind == "veth" && v0.hardwareAddress?.description == "52:54:00:00:00:01" && v0.isWorking)
      #expect(table.link("v1")?.master == "br0" && table.link("v1")?.mtu == 1400)
      #expect(table.link("v1")?.isPromiscuous == true, "a bridge's port hears all")
      #expect(table.link("br0")?.kind == "bridge" && table.link("br0")?.isWorking == false)
      let own = table.addresses(on: "v0")
      #expect(
        own.map(\.address.description)
          == ["192.0.2.9", "192.0.2.230", "198.51.100.1", "192.0.2.10", "2001:db8::10", "fe80::10"]
          || own.map(\.address.description)
            == ["192.0.2.9", "192.0.2.230", "192.0.2.10", "198.51.100.1", "2001:db8::10", "fe80::10"],
        "\(own)")
      #expect(table.isFirst(own[0]))
      #expect(own.first { $0.address.description == "192.0.2.10" }?.flags == [.secondary, .permanent])
      #expect(own.first { $0.address.description == "192.0.2.230" }?.flags == .permanent)
      #expect(own.first { $0.address.description == "fe80::10" }?.scope == .link)
      #expect(own.allSatisfy { $0.isUsable })
      #expect(
        Set(table.neighbours.map { "\($0.address) \($0.hardwareAddress?.bytes.last ?? 0) \($0.interface) \($0.state)" })
          == ["192.0.2.1 255 v0 permanent", "192.0.2.2 254 v0 stale", "2001:db8::1 253 v0 reachable"])
    }
  }

  @Test func comingGoingAndMovingOfAWatchedAddressAreCountedAndARenewalIsNot() async throws {
    try await inNamespace { monitor in
      let vip = try ip("192.0.2.230")
      try NetworkNamespace.ip("link add br0 type bridge", "link add br1 type bridge", "addr add 192.0.2.230/32 dev br0")
      let changes = monitor.changes(for: AddressInterest([vip]))
      for await _ in changes { break }
      #expect(await counts(monitor, vip) == [0, 0])

      try NetworkNamespace.ip("addr change 192.0.2.230/32 dev br0 valid_lft 2000 preferred_lft 1000")
      try NetworkNamespace.ip("addr del 192.0.2.230/32 dev br0")
      try await until(monitor.changes()) { await counts(monitor, vip) == [0, 1] }
      try NetworkNamespace.ip(
        "addr add 192.0.2.230/32 dev br0 valid_lft 1000 preferred_lft 500",
        "addr change 192.0.2.230/32 dev br0 valid_lft 3000 preferred_lft 600")
      try await until(monitor.changes()) { await counts(monitor, vip) == [1, 1] }
      // Moved to the other interface.
      try NetworkNamespace.ip("addr add 192.0.2.230/32 dev br1", "addr del 192.0.2.230/32 dev br0")
      try await until(monitor.changes()) { await counts(monitor, vip) == [2, 2] }
      #expect(try await monitor.table().holdings(of: vip).map(\.interface) == ["br1"])
      let counters = await monitor.counted()
      let went = try #require(counters.lastEvents[AddressEvent(address: vip, kind: .removed)])
      let came = try #require(counters.lastEvents[AddressEvent(address: vip, kind: .added)])
      #expect(went.elapsed(since: came) >= .zero && counters.time?.elapsed(since: went) ?? .zero > .zero)
      #expect(await monitor.counted().overruns == 0)
    }
  }

  @Test func aVanishedInterfaceTakesItsAddressesAndARenamedOneKeepsThem() async throws {
    try await inNamespace { monitor in
      let vip = try ip("2001:db8::230")
      try NetworkNamespace.ip("link add br0 type bridge", "addr add 2001:db8::230/128 dev br0 nodad")
      let changes = monitor.changes(for: AddressInterest([vip]))
      for await _ in changes { break }
      try NetworkNamespace.ip("link set br0 name lan0")
      try await until(changes) { try await monitor.table().holdings(of: vip).map(\.interface) == ["lan0"] }
      #expect(await counts(monitor, vip) == [0, 0])
      try NetworkNamespace.ip("link del lan0")
      let later = monitor.changes()
      try await until(later) { await counts(monitor, vip) == [0, 1] }
      let table = try await monitor.table()
      #expect(table.links.map(\.name) == ["lo"] && table.holdings(of: vip).isEmpty)
    }
  }

  @Test func aLinkThatGoesDownIsATrigger() async throws {
    try await inNamespace { monitor in
      try NetworkNamespace.ip("link add v0 type veth peer name v1", "link set v1 up", "link set v0 up")
      let changes = monitor.changes()
      try await until(changes) { try await monitor.table().link("v0")?.flags.contains(.running) == true }
      try NetworkNamespace.ip("link set v1 down")
      let later = monitor.changes()
      try await until(later) { try await monitor.table().link("v0")?.isWorking == false }
    }
  }

  @Test func messagesThatWereLostAreCountedAndMadeUpFor() async throws {
    let clock = ManualClock()
    try await inNamespace(receiveBuffer: 1, clock: clock) { monitor in
      let (vip, gone) = (try ip("192.0.2.230"), try ip("192.0.2.231"))
      try NetworkNamespace.ip("link add br0 type bridge", "addr add 192.0.2.231/32 dev br0")
      let changes = monitor.changes(for: AddressInterest([vip, gone]))
      for await _ in changes { break }
      // ip(8) runs on while this thread, which is the loop, waits for its end: nobody reads.
      let all = (0..<5500).map { "10.0.\($0 / 250).\($0 % 250 + 1)/32 dev br0" }
      let many = all.map { "addr add \($0)" } + all.dropFirst(500).map { "addr del \($0)" }
      try NetworkNamespace.ip(many + ["addr add 192.0.2.230/32 dev br0", "addr del 192.0.2.231/32 dev br0"])
      let later = monitor.changes()
      try await until(later) { await monitor.counted().overruns > 0 }
      #expect(try await monitor.table().addresses(on: "br0").count == 501)
      await clock.sleeper(for: .milliseconds(100))
      #expect(await monitor.counted().rereads == 0)
      clock.advance(by: .milliseconds(100))
      try await until(monitor.changes()) { await monitor.counted().rereads == 1 }
      #expect(await counts(monitor, vip) == [1, 0])
      #expect(await counts(monitor, gone) == [0, 1])
    }
  }

  @Test func aBurstOfTenThousandChangesEndsWithTheRightState() async throws {
    try await inNamespace { monitor in
      let (vip, last) = (try ip("192.0.2.230"), try ip("192.0.2.231"))
      try NetworkNamespace.ip("link add br0 type bridge")
      let changes = monitor.changes(for: AddressInterest([vip, last]))
      for await _ in changes { break }
      let once = ["addr add 192.0.2.230/32 dev br0", "addr del 192.0.2.230/32 dev br0"]
      let burst = try NetworkNamespace.start(
        Array(repeating: once, count: 5000).flatMap { $0 } + [once[0], "addr add 192.0.2.231/32 dev br0"])
      try await until(monitor.changes()) { await counts(monitor, last) == [1, 0] }
      #expect(burst.wait() == 0)
      #expect(try await monitor.table().addresses(on: "br0").map(\.address) == [vip, last])
      let counters = await monitor.counted()
      let (added, removed) = (await counts(monitor, vip)[0], await counts(monitor, vip)[1])
      #expect(added <= 5001 && removed <= 5000 && added - removed <= 1)
      #expect(counters.overruns > 0 || added == 5001)
      #expect(counters.rereads <= 10)
    }
  }

  @Test func tablesThatChangeWhileTheyAreReadAreNeverWrong() async throws {
    try await inNamespace { monitor in
      try NetworkNamespace.ip(["link add br0 type bridge"] + (1...250).map { "addr add 10.1.0.\($0)/32 dev br0" })
      let churn = (0..<8000).flatMap { number in
        let other = "10.2.\(number % 8).\(number % 250 + 1)/32"
        return ["addr add \(other) dev br0", "addr del \(other) dev br0"]
      }
      let running = try NetworkNamespace.start(churn)
      var (whole, changing) = (0, 0)
      while !running.hasEnded {
        do throws(NetworkError) {
          let steady = try await monitor.table().addresses.map(\.address).filter { $0.number >> 16 == 0x0A01 }
          #expect(steady.count == 250 && Set(steady).count == 250)
          whole += 1
        } catch {
          #expect(error == .changing)
          changing += 1
        }
      }
      #expect(whole + changing > 0)
      #expect(running.wait() == 0)
      #expect(try await monitor.table().addresses(on: "br0").count == 250)
    }
  }

  @Test func interfacesThatComeGoAndAreRenamedWhileTheyAreReadDoNoHarm() async throws {
    try await inNamespace { monitor in
      try NetworkNamespace.ip(["link add br0 type bridge"] + (1...250).map { "addr add 10.1.0.\($0)/32 dev br0" })
      let churn = (0..<150).flatMap { number in
        [
          "link add x\(number) type bridge", "addr add 10.2.0.\(number + 1)/32 dev x\(number)",
          "link set x\(number) name y\(number)", "link del y\(number)",
        ]
      }
      let running = try NetworkNamespace.start(churn)
      while !running.hasEnded {
        do throws(NetworkError) {
          let table = try await monitor.table()
          #expect(table.addresses(on: "br0").count == 250)
          let names = Set(table.links.map(\.name))
          #expect(table.addresses.allSatisfy { names.contains($0.interface) })
        } catch {
          #expect(error == .changing)
        }
      }
      #expect(running.wait() == 0)
      let table = try await monitor.table()
      #expect(table.links.map(\.name) == ["lo", "br0"] && table.addresses(on: "br0").count == 250)
    }
  }

  @Test func aTableThatChangesWhileItIsReadIsReadAgainAndCounted() async throws {
    try await inNamespace { monitor in
      let many = (0..<1000).map { "addr add 10.0.\($0 / 250).\($0 % 250 + 1)/32 dev br0" }
      try NetworkNamespace.ip(["link add br0 type bridge"] + many)
      var (messages, failures) = (0, 0)
      #expect(throws: NetworkError.changing) {
        try NetlinkSocket().dump(RTM_GETADDR) { _ in
          messages += 1
          // The answer comes in parts; this changes the table between the first and the second.
          if messages == 1 { failures += (try? NetworkNamespace.ip("addr add 192.0.2.1/32 dev br0")) == nil ? 1 : 0 }
        }
      }
      #expect(messages > 1 && failures == 0)
      #expect(try await monitor.table().addresses(on: "br0").count == 1001)
      #expect(await monitor.counted().interruptions == 0, "nothing changed meanwhile")
      let churn = Array(repeating: ["addr add 192.0.2.2/32 dev br0", "addr del 192.0.2.2/32 dev br0"], count: 2000)
      while await monitor.counted().interruptions == 0 {
        let running = try NetworkNamespace.start(churn.flatMap { $0 })
        while !running.hasEnded { _ = try? await monitor.table() }
      }
    }
  }

  @Test func fiveThousandAddressesAndFourThousandNeighboursAreRead() async throws {
    try await inNamespace { monitor in
      let addresses = (0..<5000).map { "addr add 10.\($0 / 250).\($0 % 250).1/32 dev br0" }
      let neighbours = (0..<4096).map {
        "neigh add 172.16.\($0 / 250).\($0 % 250) lladdr 52:54:00:00:\(String($0 / 256 + 16, radix: 16)):01 dev br0 nud permanent"
      }
      try NetworkNamespace.ip(
        ["link add br0 type bridge", "link set br0 up"] + addresses + neighbours)
      let table = try await monitor.table()
      #expect(table.addresses(on: "br0").count { $0.address.family == .v4 } == 5000)
      #expect(table.neighbours.count == 4096)
    }
  }
}
