import AgentCore
import AgentTesting
import Glibc
import Testing

@testable import AgentHost
@testable import AgentKnowledge
@testable import AgentText

/// The agent's questions to Keepalived against a peer that plays bus daemon and Keepalived, good and hostile.
@Suite struct KeepalivedBusTests {
  private static let instance = VRRPInstance(interface: "eth0", routerID: 51, family: .v4)
  private static let path = "/org/keepalived/Vrrp1/Instance/eth0/51/IPv4"

  private struct Rig {
    let tree: TemporaryTree
    let bus: FakeBus
    let keepalived: any KeepalivedBus
  }

  private static func rig(
    _ loop: EventLoop, clock: (any AgentClock)? = nil, isLasting: Bool = false,
    answer: @escaping (FakeBus.Call) -> FakeBus.Answer
  ) throws -> Rig {
    let tree = try TemporaryTree()
    let fake = try FakeBus(below: tree, answer: answer)
    let bus = SystemBus(
      loop: loop, files: HostFiles(root: try HostRoot(tree.path, mode: .live)), clock: clock ?? LoopClock(loop: loop),
      isLasting: isLasting)
    return Rig(tree: tree, bus: fake, keepalived: LiveKeepalivedBus(loop: loop, bus: bus))
  }

  @Test(arguments: [
    ("eth0", 51, IPAddress.Family.v4, "eth0/51/IPv4"), ("bond0.100", 1, .v6, "bond0_100/1/IPv6"),
    ("br-lan", 255, .v4, "br_lan/255/IPv4"), ("wlp2s0_x", 7, .v4, "wlp2s0_x/7/IPv4"), ("é/'\0", 7, .v4, "_____/7/IPv4"),
  ]) func anInstancesObjectIsNamedAsKeepalivedNamesIt(
    interface: String, number: Int, family: IPAddress.Family, path: String
  ) {
    let instance = VRRPInstance(interface: interface, routerID: number, family: family)
    #expect(instance.path == "/org/keepalived/Vrrp1/Instance/\(path)")
  }

  @Test(arguments: [
    (UInt32(0), VRRPState.starting), (1, .backup), (2, .master), (3, .fault), (97, .other(97)),
  ]) func theNumberOfTheStateCounts(number: UInt32, state: VRRPState) async throws {
    try await withLoop { loop in
      let rig = try Self.rig(loop) { _ in .state(number, "Whatever") }
      #expect(await rig.keepalived.state(of: Self.instance) == .state(state))
      #expect(
        rig.bus.calls == [
          FakeBus.Call(path: Self.path, member: "Get", argument: "org.keepalived.Vrrp1.Instance", mayStart: false)
        ])
    }
  }

  @Test(
    arguments: [
      (.error("org.freedesktop.DBus.Error.NameHasNoOwner", "no such name"), .notOnBus),
      (.error("org.freedesktop.DBus.Error.ServiceUnknown", "not activatable"), .notOnBus),
      (.error("org.freedesktop.DBus.Error.UnknownMethod", "No such object path"), .noSuchInstance),
      (.error("org.freedesktop.DBus.Error.InvalidArgs", "Instance 'eth0/51/IPv4' not found"), .noSuchInstance),
    ] as [(FakeBus.Answer, VRRPAnswer)]) func whoIsNotThereIsToldApart(answer: FakeBus.Answer, expected: VRRPAnswer)
    async throws
  {
    try await withLoop { loop in
      let rig = try Self.rig(loop) { _ in answer }
      #expect(await rig.keepalived.state(of: Self.instance) == expected)
    }
  }

  @Test(
    arguments: [
      (.error("org.freedesktop.DBus.Error.AccessDenied", "Rejected send message"), .denied), (.silence, .timeout),
      (.hangUp, .disconnected), (.nothing, .malformed), (.text("s", "Master"), .malformed),
      (.properties([("State", .number32(2))]), .malformed),
      (.error("org.example.Odd", "x"), .remote(name: "org.example.Odd")),
    ] as [(FakeBus.Answer, BusError.Reason)]) func whatIsNoAnswerIsAnError(
      answer: FakeBus.Answer, reason: BusError.Reason
    ) async throws
  {
    try await withLoop { loop in
      let rig = try Self.rig(loop) { _ in answer }
      guard case .failed(let error) = await rig.keepalived.state(of: Self.instance) else {
        Issue.record("there is no state")
        return
      }
      #expect(error.reason == reason, "\(error)")
    }
  }

  @Test func withoutABusKeepalivedIsNotOnIt() async throws {
    try await withLoop { loop in
      let tree = try TemporaryTree()
      let bus = SystemBus(
        loop: loop, files: HostFiles(root: try HostRoot(tree.path, mode: .live)), clock: LoopClock(loop: loop),
        isLasting: false)
      #expect(await LiveKeepalivedBus(loop: loop, bus: bus).state(of: Self.instance) == .notOnBus)
    }
  }

  @Test(arguments: [
    (Self.path, "org.keepalived.Vrrp1.Instance", "VrrpStatusChange", true),
    ("/org/keepalived/Vrrp1/Vrrp", "org.keepalived.Vrrp1.Vrrp", "VrrpReloaded", true),
    (Self.path, "org.example.Other", "VrrpStatusChange", false),
  ]) func aSignalOfKeepalivedIsATrigger(path: String, interface: String, member: String, isTrigger: Bool) async throws {
    try await withLoop { loop in
      let rig = try Self.rig(loop) { _ in .state(2, "Master") }
      let stream = rig.keepalived.changes()
      var triggers = stream.makeAsyncIterator()
      // The first is the subscription itself; with the answer to a question that follows it stands.
      _ = await triggers.next()
      _ = await rig.keepalived.state(of: Self.instance)
      rig.bus.signal(path, interface, member)
      // What comes over the bus comes in order: with the answer the signal has been taken.
      _ = await rig.keepalived.state(of: Self.instance)
      #expect(await Self.isPending(stream) == isTrigger)
    }
  }

  @Test(arguments: [("org.keepalived.Vrrp1", true), ("org.freedesktop.hostname1", false)])
  func aNewOwnerOfTheNameIsATrigger(name: String, isTrigger: Bool) async throws {
    try await withLoop { loop in
      let rig = try Self.rig(loop) { _ in .state(2, "Master") }
      let stream = rig.keepalived.changes()
      var triggers = stream.makeAsyncIterator()
      _ = await triggers.next()
      _ = await rig.keepalived.state(of: Self.instance)
      rig.bus.signal("/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged", name, ":1.7", "")
      _ = await rig.keepalived.state(of: Self.instance)
      #expect(await Self.isPending(stream) == isTrigger)
    }
  }

  @Test func aNewConnectionIsListenedToAgain() async throws {
    try await withLoop { loop in
      let clock = ManualClock()
      let rig = try Self.rig(loop, clock: clock, isLasting: true) { _ in .state(2, "Master") }
      let stream = rig.keepalived.changes()
      var triggers = stream.makeAsyncIterator()
      _ = await triggers.next()
      _ = await rig.keepalived.state(of: Self.instance)
      let rules = rig.bus.calls.filter { $0.member == "AddMatch" }.count
      #expect(rules == 3)
      rig.bus.stop()
      await clock.sleepers { !$0.isEmpty }
      try rig.bus.listen()
      clock.advance(by: .seconds(10))
      _ = await triggers.next()
      #expect(await rig.keepalived.state(of: Self.instance) == .state(.master))
      #expect(rig.bus.calls.filter { $0.member == "AddMatch" }.count == 2 * rules)
    }
  }

  /// Whether a trigger waits to be taken; ends the stream.
  private static func isPending(_ stream: AsyncStream<Trigger>) async -> Bool {
    await Task {
      withUnsafeCurrentTask { $0?.cancel() }
      var rest = stream.makeAsyncIterator()
      return await rest.next()
    }.value != nil
  }

  // MARK: recorded

  private func recorded(_ text: String) throws -> any KeepalivedBus {
    RecordedKeepalivedBus(try recording(text).vrrp)
  }

  @Test func aRecordingTellsWhatItHolds() async throws {
    let bus = try recorded(
      "vrrp: [{interface: eth0, id: 51, state: master}, {interface: eth0, id: 51, family: 6, state: fault}]\n")
    #expect(await bus.state(of: Self.instance) == .state(.master))
    #expect(await bus.state(of: VRRPInstance(interface: "eth0", routerID: 51, family: .v6)) == .state(.fault))
    #expect(await bus.state(of: VRRPInstance(interface: "eth1", routerID: 51, family: .v4)) == .noSuchInstance)
    #expect(await (try recorded("time: 1\n")).state(of: Self.instance) == .notOnBus)
    for await _ in bus.changes() { Issue.record("a recorded host changes nothing") }
  }

  @Test(arguments: [
    "{id: 51, state: master}", "{interface: eth0, state: master}", "{interface: eth0, id: 51}",
    "{interface: eth0, id: 51, state: king}", "{interface: eth0, id: 0, state: master}",
    "{interface: eth0, id: 51, family: 5, state: master}", "{interface: eth0, id: 51, state: master, x: 1}",
  ]) func aWrongRecordingIsAnError(item: String) {
    #expect(throws: SettingsErrors.self) { try recorded("vrrp: [\(item)]\n") }
  }
}
