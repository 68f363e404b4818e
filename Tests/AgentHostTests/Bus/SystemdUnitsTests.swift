import AgentCore
import AgentTesting
import Glibc
import Testing

@testable import AgentHost

/// The agent's side of the bus against a peer that plays bus daemon and systemd, good and hostile.
@Suite struct SystemdUnitsTests {
  private static let crio = UnitName(service: "crio")
  private static let path = "/org/freedesktop/systemd1/unit/crio_2eservice"

  /// What a test works with, on the loop's thread.
  private struct Rig {
    let tree: TemporaryTree
    let bus: FakeBus
    let connection: SystemBus
    let units: SystemdUnits
  }

  private static func rig(
    _ loop: EventLoop, clock: any AgentClock, deadline: Duration = .seconds(3), isLasting: Bool = false,
    answer: @escaping (FakeBus.Call) -> FakeBus.Answer
  ) throws -> Rig {
    let tree = try TemporaryTree()
    let fake = try FakeBus(below: tree, answer: answer)
    let files = HostFiles(root: try HostRoot(tree.path, mode: .live))
    let bus = SystemBus(loop: loop, files: files, clock: clock, isLasting: isLasting, deadline: deadline)
    return Rig(tree: tree, bus: fake, connection: bus, units: SystemdUnits(loop: loop, bus: bus))
  }

  private static func invocation(_ number: UInt8) -> FakeBus.Value {
    .bytes([UInt8](repeating: 0, count: 15) + [number])
  }

  private static func running(_ call: FakeBus.Call) -> FakeBus.Answer {
    switch (call.member, call.argument) {
    case ("GetUnit", _): .text("o", path)
    case ("GetAll", "org.freedesktop.systemd1.Unit"):
      .properties([
        ("Description", .text("CRI-O")), ("LoadState", .text("loaded")), ("ActiveState", .text("active")),
        ("SubState", .text("running")), ("UnitFileState", .text("enabled")),
        ("FragmentPath", .text("/usr/lib/systemd/system/crio.service")), ("NeedDaemonReload", .flag(false)),
        ("ActiveEnterTimestamp", .number64(1_795_230_000_000_000)), ("InvocationID", invocation(7)),
        ("Job", .numbered(311, "/org/freedesktop/systemd1/job/311")),
      ])
    case ("GetAll", "org.freedesktop.systemd1.Service"):
      .properties([
        ("Result", .text("success")), ("NRestarts", .number32(2)), ("MemoryCurrent", .number64(.max)),
        ("ExecMainStatus", .number32(0)), ("Restart", .text("on-failure")), ("RestartUSec", .number64(10_000_000)),
      ])
    default: .nothing
    }
  }

  @Test func aRunningServiceIsReadWithEverythingThatIsJudged() async throws {
    try await withLoop { loop in
      let rig = try Self.rig(loop, clock: LoopClock(loop: loop), answer: Self.running)
      let status = try #require(await rig.units.read([Self.crio])[Self.crio]).get()
      #expect(
        status.active == "active" && status.sub == "running" && status.file == "enabled" && status.load == "loaded"
          && status.hasJob)
      #expect(status.activeSince?.seconds == 1_795_230_000 && status.changedAt == nil)
      #expect(status.invocation == "00000000000000000000000000000007")
      #expect(status.service?.restarts == 2 && status.restarts == 2 && status.automaticRestarts == 2)
      #expect(status.service?.memoryBytes == nil && status.service?.restartPause == .seconds(10))
      #expect(!rig.bus.calls.contains { $0.member == "ListUnits" || $0.member == "LoadUnit" })
    }
  }

  @Test(arguments: [
    ("org.freedesktop.DBus.Error.NameHasNoOwner", "no such name"),
    ("org.freedesktop.DBus.Error.NoReply", "Message recipient disconnected from message bus without replying"),
  ]) func aSystemdThatIsExecutedAnewIsAskedAgainBeforeItCountsAsGone(name: String, text: String) async throws {
    try await withLoop { loop in
      var left = 3
      let rig = try Self.rig(loop, clock: LoopClock(loop: loop)) { call in
        guard call.member == "GetUnit", left > 0 else { return Self.running(call) }
        left -= 1
        return .error(name, text)
      }
      #expect(try #require(await rig.units.read([Self.crio])[Self.crio]).get().active == "active")
    }
  }

  @Test(
    arguments: [
      ("disabled", "loaded"), ("masked", "masked"), ("masked-runtime", "masked"), (nil, "not-found"),
    ] as [(String?, String)]) func aUnitThatIsNotLoadedIsNotLoadedByLooking(file: String?, load: String) async throws
  {
    try await withLoop { loop in
      let rig = try Self.rig(loop, clock: LoopClock(loop: loop)) { call in
        switch call.member {
        case "GetUnit": .error("org.freedesktop.systemd1.NoSuchUnit", "Unit crio.service not loaded.")
        case "GetUnitFileState":
          file.map { .text("s", $0) } ?? .error("org.freedesktop.DBus.Error.FileNotFound", "No such file or directory")
        default: .nothing
        }
      }
      let status = try #require(await rig.units.read([Self.crio])[Self.crio]).get()
      #expect(status.load == load && status.active == "inactive" && status.file == file ?? "")
      #expect(!rig.bus.calls.contains { $0.member == "GetAll" || $0.member == "LoadUnit" })
    }
  }

  @Test(
    arguments: [
      (
        FakeBus.Answer.error("org.freedesktop.DBus.Error.AccessDenied", "AppArmor policy prevents this"),
        BusError.Reason.denied
      ),
      (.error("org.freedesktop.DBus.Error.ServiceUnknown", "no systemd1"), .unavailable),
      (.error("org.example.Odd", String(repeating: "x", count: 100_000)), .remote(name: "org.example.Odd")),
      (.nothing, .malformed), (.properties([("LoadState", .text("loaded"))]), .malformed),
      (.silence, .timeout), (.hangUp, .disconnected),
    ] as [(FakeBus.Answer, BusError.Reason)]) func badAnswersAreToldApart(
      answer: FakeBus.Answer, reason: BusError.Reason
    )
    async throws
  {
    try await withLoop { loop in
      let rig = try Self.rig(loop, clock: LoopClock(loop: loop), deadline: .milliseconds(50)) { _ in answer }
      let result = try #require(await rig.units.read([Self.crio])[Self.crio])
      #expect(throws: BusError.self) { try result.get() }
      if case .failure(let error) = result {
        #expect(error.reason == reason, "\(error)")
        #expect(error.message.utf8.count < 300)
      }
    }
  }

  @Test(arguments: [
    [("LoadState", FakeBus.Value.number32(1)), ("ActiveState", .text("active")), ("SubState", .text("running"))],
    [("LoadState", .text("loaded")), ("SubState", .text("running"))],
    [
      ("LoadState", .text(String(repeating: "x", count: 1 << 20))), ("ActiveState", .text("")), ("SubState", .text("")),
    ],
  ]) func propertiesOfAWrongTypeMissingOrHugeAreAnErrorAndNoTrap(_ properties: [(String, FakeBus.Value)]) async throws {
    try await withLoop { loop in
      let rig = try Self.rig(loop, clock: LoopClock(loop: loop)) { call in
        call.member == "GetUnit" ? .text("o", Self.path) : .properties(properties)
      }
      let result = try #require(await rig.units.read([Self.crio])[Self.crio])
      #expect(result == .failure(.malformed))
    }
  }

  @Test func signalsTriggerAndEveryRestartIsCounted() async throws {
    try await withLoop { loop in
      let rig = try Self.rig(loop, clock: LoopClock(loop: loop), answer: Self.running)
      _ = await rig.units.read([Self.crio])
      var triggers = rig.units.changes(of: [Self.crio]).makeAsyncIterator()
      // The first is the subscription itself: everything is read again.
      _ = await triggers.next()
      #expect(rig.bus.calls.contains { $0.member == "Subscribe" })
      for number in 1...1000 {
        rig.bus.changed(
          Self.path, interface: "org.freedesktop.systemd1.Unit",
          [("InvocationID", .bytes([UInt8](repeating: 9, count: 14) + [UInt8(number >> 8), UInt8(number & 255)]))])
      }
      var restarts: UInt64 = 0
      while restarts < 1002 {
        _ = await triggers.next()
        // Read as systemd gives it: the invocation of the last signal.
        restarts = try #require(await rig.units.read([Self.crio])[Self.crio]).get().restarts
      }
      // 2 before, 1 000 signals, and the recorded answer's own invocation, which is another one.
      #expect(restarts >= 1002)
    }
  }

  @Test(arguments: [("active", true), ("failed", false)])
  func aSignalThatTellsNothingNewIsNoTrigger(second: String, isNothingNew: Bool) async throws {
    try await withLoop { loop in
      let rig = try Self.rig(loop, clock: LoopClock(loop: loop), answer: Self.running)
      let stream = rig.units.changes(of: [Self.crio])
      var triggers = stream.makeAsyncIterator()
      _ = await triggers.next()
      let unit = "org.freedesktop.systemd1.Unit"
      rig.bus.changed(Self.path, interface: unit, [("ActiveState", .text("active"))])
      _ = await triggers.next()
      rig.bus.changed(Self.path, interface: unit, [("ActiveState", .text(second))])
      // What comes over the bus comes in order: with the answer the signal has been taken.
      _ = await rig.units.read([Self.crio])
      let pending = await Task {
        withUnsafeCurrentTask { $0?.cancel() }
        var rest = stream.makeAsyncIterator()
        return await rest.next()
      }.value
      #expect((pending == nil) == isNothingNew)
    }
  }

  @Test func aNewConnectionIsListenedToAgain() async throws {
    try await withLoop { loop in
      let clock = ManualClock()
      let rig = try Self.rig(loop, clock: clock, isLasting: true, answer: Self.running)
      var triggers = rig.units.changes(of: [Self.crio]).makeAsyncIterator()
      _ = await triggers.next()
      let rules = rig.bus.calls.filter { $0.member == "AddMatch" }.count
      #expect(rules > 5)
      rig.bus.stop()
      await clock.sleepers { !$0.isEmpty }
      #expect(await rig.connection.health().problem?.reason == .disconnected)
      try rig.bus.listen()
      clock.advance(by: .seconds(10))
      _ = await triggers.next()
      #expect(await rig.connection.health() == SystemBus.Health(reconnects: 1, problem: nil))
      let subscribed = rig.bus.calls.filter { $0.member == "Subscribe" }.count
      #expect(subscribed == 2)
      #expect(rig.bus.calls.filter { $0.member == "AddMatch" }.count == 2 * rules)
    }
  }

  @Test func aLostBusIsToldOnceAfterTheFirstNewTry() async throws {
    try await withLoop { loop in
      let clock = ManualClock()
      let rig = try Self.rig(loop, clock: clock, isLasting: true, answer: Self.running)
      _ = await rig.units.read([Self.crio])
      var changes = rig.connection.changes().makeAsyncIterator()
      var triggers = rig.units.changes(of: [Self.crio]).makeAsyncIterator()
      _ = await triggers.next()
      rig.bus.stop()
      await clock.sleepers { !$0.isEmpty }
      clock.advance(by: .seconds(1))
      #expect(await changes.next() != nil)
      #expect(await triggers.next() != nil)
      #expect(await rig.connection.health().problem != nil)
      try rig.bus.listen()
      await clock.sleepers { !$0.isEmpty }
      clock.advance(by: .seconds(10))
      #expect(await changes.next() != nil)
      #expect(await rig.connection.health().problem == nil)
    }
  }

  @Test func aThousandConnectionsLeaveNothingBehind() async throws {
    try await withLoop { loop in
      let rig = try Self.rig(loop, clock: LoopClock(loop: loop), answer: Self.running)
      _ = await rig.units.read([Self.crio])
      let before = Self.descriptors()
      for _ in 0..<1000 {
        rig.bus.hangUp()
        while case .failure? = await rig.units.read([Self.crio])[Self.crio] {}
      }
      #expect(rig.bus.connections >= 1001)
      // Other tests open some hundred at the same time; a descriptor left by every connection would be a thousand.
      #expect(Self.descriptors() < before + 900)
    }
  }

  @Test(
    arguments: [
      ([:], "there is no system bus"), (["run/dbus/system_bus_socket": "x"], "a regular file"),
    ] as [([String: String], String)]) func whereThereIsNoBusTheReasonIsTold(files: [String: String], words: String)
    async throws
  {
    try await withLoop { loop in
      let tree = try TemporaryTree()
      for (path, text) in files { try tree.write(path, text) }
      let bus = SystemBus(
        loop: loop, files: HostFiles(root: try HostRoot(tree.path, mode: .live)), clock: LoopClock(loop: loop),
        isLasting: false)
      let result = try #require(await SystemdUnits(loop: loop, bus: bus).read([Self.crio])[Self.crio])
      guard case .failure(let error) = result else {
        Issue.record("there is no bus")
        return
      }
      #expect(error.reason == .unavailable && error.message.contains(words), "\(error)")
    }
  }

  private static func descriptors() -> Int {
    guard let directory = opendir("/proc/self/fd") else { return 0 }
    defer { closedir(directory) }
    var count = 0
    while readdir(directory) != nil { count += 1 }
    return count
  }
}
