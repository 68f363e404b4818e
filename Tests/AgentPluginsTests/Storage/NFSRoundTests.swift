import AgentCore
import AgentHost
import Foundation
import Testing

@testable import AgentKnowledge
@testable import AgentPlugins
@testable import AgentText

/// What several looks tell that one does not.
@Suite struct NFSRoundTests {
  private typealias Support = NFSSupport

  /// One look after the other, five seconds apart, with the counters that the kernel shows at each.
  private func rounds(_ statistics: [String], recorded: String = Support.serves) async throws -> [[Verdict]] {
    let host = try TestHost(Support.files(recorded: recorded))
    let plugin = NFSPlugin(host: host.host, settings: try Support.nfsSettings(""))
    var rounds: [[Verdict]] = []
    for (index, text) in statistics.enumerated() {
      try text.write(toFile: host.directory + "/proc/self/mountstats", atomically: false, encoding: .utf8)
      let time = TestHost.time.advanced(by: .seconds(5 * index))
      rounds.append(plugin.judge(try await plugin.observe(at: time)))
    }
    return rounds
  }

  @Test func requestsThatGetNoReplyAreADoubt() async throws {
    let states = try await rounds([
      Support.statistics(sends: 10, receives: 10), Support.statistics(sends: 13, receives: 10),
      Support.statistics(sends: 14, receives: 13), Support.statistics(sends: 20, receives: 20),
    ]).map { try $0.of("nfs.responding") }
    #expect(states.map(\.state) == [.skipped, .warning, .ok, .ok], "\(states)")
    #expect(states[1].summary == "3 requests wait without a reply for 5 s")
  }

  @Test func aRequestThatWasLostLongAgoIsNone() async throws {
    // One reply never came, and all later ones did.
    let states = try await rounds((0..<4).map { Support.statistics(sends: 11 + $0, receives: 10 + $0) }).map {
      try $0.of("nfs.responding").state
    }
    #expect(states == [.skipped, .ok, .ok, .ok])
  }

  @Test func repeatedRequestsAreCountedOverTheLastMinutes() async throws {
    let looks = try await rounds([
      Support.statistics(requests: 1000, transmissions: 1500), Support.statistics(requests: 1100, transmissions: 1600),
      Support.statistics(requests: 1200, transmissions: 1720),
      Support.statistics(requests: 1200, transmissions: 1720, timeouts: 1),
    ]).map { try $0.of("nfs.retransmissions") }
    #expect(looks.map(\.state) == [.skipped, .ok, .warning, .warning], "\(looks)")
    #expect(looks[2].summary == "20 of 200 requests had to be sent again in 10 s")
    #expect(looks[3].summary == "1 requests ran into their timeout in 15 s")
  }

  @Test func repliesProveTheMountWhateverTheProbeSays() async throws {
    let recorded = "nfs: [{server: 192.0.2.1, fails: connect, reason: no answer within 1500 ms}]\n"
    let looks = try await rounds(
      [Support.statistics(sends: 10, receives: 10), Support.statistics(sends: 20, receives: 20)], recorded: recorded)
    #expect(try looks[0].of("nfs.server").state == .failing)
    let second = try looks[1].of("nfs.server")
    #expect(second.state == .warning && second.summary.contains("its mounts get replies"), "\(second)")
    #expect(try looks[1].of("nfs.responding").state == .ok)
  }

  @Test func aMountThatIsStuckIsLookedAtUntilItIsNot() async throws {
    let host = try TestHost(Support.files(recorded: Support.serves))
    let plugin = NFSPlugin(host: host.host, settings: try Support.nfsSettings(""))
    var view = NFSSystemView(system: try #require(try await table(of: host).firstNFS))
    let memory = NFSMemory()
    memory.keep(.stuck, of: &view, at: TestHost.time)
    #expect(view.isInDoubt)
    memory.keep(.busy, of: &view, at: TestHost.time)
    #expect(view.look == .stuck && view.isInDoubt)
    memory.keep(
      .answered(MountStatus(device: view.system.device)), of: &view, at: TestHost.time.advanced(by: .seconds(5)))
    #expect(!view.isInDoubt)
    memory.keep(.impossible("x"), of: &view, at: TestHost.time.advanced(by: .seconds(10)))
    guard case .answered = view.look else {
      Issue.record("what says nothing of the server is no news of it")
      return
    }
    withExtendedLifetime(plugin) {}
  }

  @Test(arguments: [MountProbe.gone, .impossible("x")]) func whatCannotBeSeenIsNotLookedForInEveryRound(
    look: MountProbe
  )
    async throws
  {
    let host = try TestHost(Support.files())
    let memory = NFSMemory()
    var view = NFSSystemView(system: try #require(try await table(of: host).firstNFS))
    memory.keep(look, of: &view, at: TestHost.time)
    #expect(view.look == look && view.lookAge == .zero && !view.isInDoubt)
  }

  @Test func whatWasWritableAndIsNoLongerIsAFault() async throws {
    let host = try TestHost(Support.files())
    let memory = NFSMemory()
    var view = NFSSystemView(system: try #require(try await table(of: host).firstNFS))
    memory.keep(.answered(MountStatus(device: view.system.device)), of: &view, at: TestHost.time)
    #expect(!view.wasWritable, "the look itself is not the one before")
    memory.keep(
      .answered(MountStatus(device: view.system.device, isWritable: false)), of: &view,
      at: TestHost.time.advanced(by: .seconds(5)))
    #expect(view.wasWritable)
    let export = NFSExportView(server: "192.0.2.1", path: "/srv", systems: [view])
    let verdicts = NFSExportJudge(
      server: NFSServerView(name: "192.0.2.1", exports: [export]), export: export,
      settings: try Support.nfsSettings(""), countersProblem: nil
    ).verdicts
    #expect(try verdicts.of("nfs.read-only").state == .failing)
  }

  /// One file system's view, with counters that the memory was given.
  private func table(of host: TestHost) async throws -> MountTable {
    try await host.host.read { try MountTable(reading: $0) }
  }

  private func view(_ host: TestHost, sends: UInt64 = 10, receives: UInt64 = 10, errors: UInt64 = 0) async throws
    -> NFSSystemView
  {
    var view = NFSSystemView(system: try #require(try await table(of: host).firstNFS))
    view.statistics = NFSStatistics(
      transports: [.init(sends: sends, receives: receives)], errors: errors)
    return view
  }

  /// The server of a file system as it answers, and as nothing listens there.
  private func lives(_ view: NFSSystemView) throws -> (serving: NFSServerView, dead: NFSServerView) {
    let serving = try judge(view).server
    var dead = serving
    dead.asked[0].answer = .failed(NFSProbeFailure(.connect, .refused))
    return (serving, dead)
  }

  private func judge(_ view: NFSSystemView, _ change: (inout NFSServerView) -> Void = { _ in }) throws -> NFSExportJudge
  {
    let export = NFSExportView(server: "192.0.2.1", path: "/srv", systems: [view])
    var server = NFSServerView(name: "192.0.2.1", exports: [export])
    let target = NFSTarget(address: try #require(view.system.address), version: 4)
    server.asked = [.init(target: target, answer: .serves(after: .milliseconds(1)))]
    change(&server)
    return NFSExportJudge(server: server, export: export, settings: try Support.nfsSettings(""), countersProblem: nil)
  }

  @Test func aLookThatIsAnsweredEndsTheDoubtOfALostRequest() async throws {
    let host = try TestHost(Support.files())
    let memory = NFSMemory()
    var seen: [Bool] = []
    // A soft mount gave three requests up: no reply to them ever comes.
    for (index, sends) in [10, 13, 13, 13, 14].enumerated() {
      let time = TestHost.time.advanced(by: .seconds(5 * index))
      var views = [try await view(host, sends: UInt64(sends))]
      memory.add(&views, at: time)
      seen.append(views[0].isInDoubt)
      guard index == 1 else { continue }
      memory.keep(.answered(MountStatus(device: views[0].system.device)), of: &views[0], at: time)
      #expect(!views[0].isInDoubt)
    }
    #expect(seen == [false, true, false, false, true])
  }

  @Test func oneMissedAnswerIsNoStuckMountTwoAre() async throws {
    let host = try TestHost(Support.files())
    let memory = NFSMemory()
    var view = try await view(host)
    var states: [CheckState] = []
    for index in 0..<2 {
      memory.keep(.stuck, of: &view, at: TestHost.time.advanced(by: .seconds(5 * index)))
      states.append(try judge(view).responding.state)
    }
    #expect(states == [.warning, .failing])
    memory.keep(.answered(MountStatus(device: view.system.device)), of: &view, at: TestHost.time)
    memory.keep(.stuck, of: &view, at: TestHost.time)
    #expect(try judge(view).responding.state == .warning, "an answer between them starts the count anew")
  }

  @Test func aLookThatNoSignalEndsIsAStuckMountAtOnce() async throws {
    var view = try await view(try TestHost(Support.files()))
    NFSMemory().keep(.stillStuck(process: 7, seconds: 2), of: &view, at: TestHost.time)
    #expect(try judge(view).responding.state == .failing)
  }

  @Test func allServersAreLookedAtThatHaveTimeNotOnlyTheFirstEight() async throws {
    let mounts = (1...12).map {
      Support.mount(40 + $0, "0:\(50 + $0)", at: "/mnt/\($0)", "192.0.2.\($0):/srv", "rw,addr=192.0.2.\($0)")
    }
    let recorded =
      "nfs: [\((1...12).map { "{server: 192.0.2.\($0)}" }.joined(separator: ", "))]\n"
      + "mounts:\n" + (1...12).map { "  \"0:\(50 + $0)\": {}\n" }.joined()
    let verdicts = try await Support.verdicts(Support.files(mounts: mounts, statistics: "", recorded: recorded))
    #expect(verdicts.filter { $0.check == "nfs.responding" && $0.state == .ok }.count == 12)
  }

  @Test func twoMountsOfAServerThatMissAreAsGoodAsOneTwice() async throws {
    let mounts = [Support.mount(), Support.mount(41, "0:53", at: "/mnt/b", "192.0.2.1:/b")]
    let host = try TestHost(Support.files(mounts: mounts))
    let memory = NFSMemory()
    var views = NFSFileSystem.all(in: try await table(of: host)).map { NFSSystemView(system: $0) }
    for index in views.indices { memory.keep(.stuck, of: &views[index], at: TestHost.time) }
    memory.add(&views, at: TestHost.time.advanced(by: .seconds(5)))
    #expect(views.map(\.misses) == [2, 2])
  }

  @Test func aServerThatReturnsLeavesItsMountsTimeToRecover() async throws {
    let host = try TestHost(Support.files())
    let memory = NFSMemory()
    var view = try await view(host)
    let (serving, dead) = try lives(view)
    var seen: [String] = []
    for (second, server) in [(0, serving), (5, dead), (10, serving), (20, serving), (110, serving)] {
      let time = TestHost.time.advanced(by: .seconds(second))
      var servers = [server]
      memory.keep(&servers, at: time)
      memory.keep(.stuck, of: &view, at: time)
      let verdict = try judge(view) { $0 = servers[0] }.responding
      seen.append("\(servers[0].backFor.map { "\($0.inSeconds)" } ?? "-") \(verdict.state)")
      guard second == 20 else { continue }
      #expect(verdict.summary.contains("has been back for 10 s"), "\(verdict)")
      #expect(verdict.remedy?.contains("delete pod") == false, "\(verdict)")
    }
    #expect(seen == ["- warning", "- failing", "0.0 warning", "10.0 warning", "- failing"])
  }

  @Test func aMountThatHasRecoveredIsStuckAnewSoonAfterItsServersReturn() async throws {
    let host = try TestHost(Support.files())
    let memory = NFSMemory()
    var view = try await view(host)
    let (serving, dead) = try lives(view)
    var states: [CheckState] = []
    let answered = MountProbe.answered(MountStatus(device: view.system.device))
    for (second, server, look) in [
      (0, dead, MountProbe.busy), (5, serving, .stuck), (10, serving, answered), (15, serving, .stuck),
      (20, serving, .stuck),
    ] {
      let time = TestHost.time.advanced(by: .seconds(second))
      var servers = [server]
      memory.keep(&servers, at: time)
      memory.keep(look, of: &view, at: time)
      let verdict = try judge(view) { $0 = servers[0] }.responding
      states.append(verdict.state)
      #expect(verdict.summary.contains("recover") == (second == 5), "\(verdict)")
    }
    #expect(states == [.failing, .warning, .ok, .warning, .failing])
  }

  @Test func errorsThatTheKernelCountsAreAReasonToLook() async throws {
    let host = try TestHost(Support.files())
    let memory = NFSMemory()
    var views = [try await view(host)]
    memory.keep(.answered(MountStatus(device: views[0].system.device)), of: &views[0], at: TestHost.time)
    #expect(try judge(views[0]).lookLife(of: views[0]) == .seconds(300))
    views = [try await view(host, errors: 1)]
    memory.add(&views, at: TestHost.time.advanced(by: .seconds(5)))
    #expect(try judge(views[0]).lookLife(of: views[0]) == .seconds(8))
  }

  @Test(
    arguments: [
      (MountStatus(device: DeviceNumber(major: 0, minor: 52)), 300),
      (MountStatus(device: DeviceNumber(major: 0, minor: 52), isOpenToAll: true, isWritable: false), 0),
      (MountStatus(device: DeviceNumber(major: 0, minor: 52), space: Support.space(free: 0)), 0),
      (MountStatus(device: DeviceNumber(major: 0, minor: 52), space: Support.space(free: 50)), 60),
      (MountStatus(device: DeviceNumber(major: 0, minor: 52), microseconds: 2_000_000), 0),
    ]) func whatIsWrongIsLookedAtUntilItIsNot(status: MountStatus, seconds: Int) async throws
  {
    var view = try await view(try TestHost(Support.files()))
    NFSMemory().keep(.answered(status), of: &view, at: TestHost.time)
    #expect(try judge(view).lookLife(of: view) == .seconds(seconds))
  }

  @Test(
    arguments: [
      (MountProbe.answered(MountStatus(device: DeviceNumber(major: 0, minor: 52))), CheckState.ok, "writable"),
      (.answered(MountStatus(device: DeviceNumber(major: 0, minor: 52), isWritable: false)), .skipped, "may not write"),
      (.answered(MountStatus(device: DeviceNumber(major: 0, minor: 52), isRemembered: true)), .unknown, "could be"),
      (
        .answered(
          MountStatus(
            device: DeviceNumber(major: 0, minor: 52), isOpenToAll: true, isWritable: false, isRemembered: true)),
        .unknown, "could not be"
      ),
      (.impossible("no right to look"), .unknown, "no right to look"),
    ]) func whatTheServerWasNotAskedForIsNotKnown(look: MountProbe, state: CheckState, words: String) async throws
  {
    var view = try await view(try TestHost(Support.files()))
    NFSMemory().keep(look, of: &view, at: TestHost.time)
    let verdict = try judge(view).verdicts.of("nfs.read-only")
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
  }

  @Test func withoutCountersAndWithoutALookAMountIsNotKnown() async throws {
    var view = try await view(try TestHost(Support.files()))
    let before = try judge(view).responding
    #expect(before.state == .skipped && before.summary.contains("not looked at yet"), "\(before)")
    NFSMemory().keep(.impossible("no right to look"), of: &view, at: TestHost.time)
    let verdict = try judge(view).responding
    #expect(verdict.state == .unknown && verdict.summary.contains("no right to look"), "\(verdict)")
  }

  @Test func withoutRoomForALookAMountIsNotCalledWell() async throws {
    let host = try TestHost(Support.files())
    let memory = NFSMemory()
    var view = try await view(host)
    memory.keep(.answered(MountStatus(device: view.system.device)), of: &view, at: TestHost.time)
    memory.keep(.noRoom(stuck: 8), of: &view, at: TestHost.time)
    let verdict = try judge(view).responding
    #expect(verdict.state == .unknown && verdict.summary.contains("8 processes"), "\(verdict)")
    #expect(try judge(view).lookLife(of: view) == .zero)
  }

  @Test func metricsAreThoseOfTheContract() async throws {
    let mounts = [Support.mount(40, at: "/mnt/a"), Support.mount(41, at: "/mnt/b")]
    let host = try TestHost(
      Support.files(
        mounts: mounts, statistics: Support.statistics("/mnt/a", requests: 100, transmissions: 104, timeouts: 2),
        recorded: "nfs: [{server: 192.0.2.1, latency: 2ms}]\n" + Support.answers))
    let plugin = NFSPlugin(host: host.host, settings: try Support.nfsSettings(""))
    let families = plugin.metrics(try await plugin.observe(at: TestHost.time))
    let lines = families.flatMap { family in
      family.samples.map { sample in
        "\(family.name){\(sample.labels.map { "\($0.name)=\($0.value)" }.joined(separator: ","))} \(sample.value)"
      }
    }
    #expect(
      lines == [
        "nodeagent_nfs_mount_up{server=192.0.2.1,export=/srv} 1.0",
        "nodeagent_nfs_mount_points{server=192.0.2.1,export=/srv} 2.0",
        "nodeagent_nfs_server_up{server=192.0.2.1} 1.0", "nodeagent_nfs_server_latency_seconds{server=192.0.2.1} 0.002",
        "nodeagent_nfs_rpc_requests_total{server=192.0.2.1,export=/srv} 100.0",
        "nodeagent_nfs_rpc_retransmissions_total{server=192.0.2.1,export=/srv} 4.0",
        "nodeagent_nfs_rpc_timeouts_total{server=192.0.2.1,export=/srv} 2.0", "nodeagent_nfs_blocked_tasks{} 0.0",
      ])
  }

  @Test func settingsAreReadAndTheirMistakesNamed() throws {
    let settings = try Support.nfsSettings(
      "nfs.server: {slow: 2s}\nnfs.responding: {deepProbe: 1m}\nnfs.space: {warning: 20, failing: 10}\n")
    #expect(settings.slow == .seconds(2) && settings.deepProbe == .seconds(60))
    #expect(settings.space == FreeShares(warning: 20, failing: 10))
    #expect(throws: SettingsErrors.self) { try Support.nfsSettings("nfs.space: {warning: 5, failing: 10}\n") }
    #expect(throws: SettingsErrors.self) { try Support.nfsSettings("nfs.responding: {deepProbe: 1s}\n") }
  }
}

extension MountTable {
  var firstNFS: NFSFileSystem? { NFSFileSystem.all(in: self).first }
}
