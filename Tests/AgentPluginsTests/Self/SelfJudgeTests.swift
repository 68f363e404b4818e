import AgentCore
import AgentHost
import Foundation
import Testing

@testable import AgentKnowledge
@testable import AgentPlugins

@Suite struct SelfJudgeTests {
  private static let start = HostTime(wallNanoseconds: 0, bootNanoseconds: 0)

  /// A live observation an hour after the start, changed by the test.
  private func judge(_ change: (inout SelfObservation.Live) -> Void) throws -> [Verdict] {
    var live = SelfObservation.Live(
      process: try OwnProcess(), denied: [], rounds: [], watching: FileWatcher.Health(), memoryLimit: .max)
    change(&live)
    return SelfJudge(SelfObservation(takenAt: Self.start.advanced(by: .seconds(3600)), live: live)).verdicts
  }

  private func round(lastSuccess seconds: Int?, failure: String? = nil) -> RoundStatus {
    RoundStatus(
      plugin: "swap", interval: .seconds(300), lastSuccess: seconds.map { Self.start.advanced(by: .seconds($0)) },
      watchedSince: Self.start, failure: failure)
  }

  @Test func aHealthyAgentIsOk() throws {
    #expect(try judge { _ in }.map(\.state) == [.ok, .ok, .ok, .ok])
  }

  @Test func aRecordedHostIsSkipped() {
    let verdicts = SelfJudge(SelfObservation(takenAt: Self.start, live: nil)).verdicts
    #expect(verdicts.map(\.state) == [.skipped, .skipped, .skipped, .skipped])
  }

  @Test(arguments: [(2700, CheckState.ok), (2699, .warning), (3600, .ok), (nil, .warning)] as [(Int?, CheckState)])
  func aPluginIsOverdueAfterThreeIntervals(lastSuccess: Int?, state: CheckState) throws {
    let verdicts = try judge { $0.rounds = [round(lastSuccess: lastSuccess, failure: "no answer within 2s")] }
    let verdict = try #require(verdicts.first { $0.check == "agent.rounds" })
    #expect(verdict.state == state)
    if state == .warning { #expect(verdict.summary.contains("no answer within 2s")) }
  }

  @Test func memoryOverTheLimitWarns() throws {
    #expect(try judge { $0.memoryLimit = $0.process.anonymousBytes }[2].state == .ok)
    #expect(try judge { $0.memoryLimit = $0.process.anonymousBytes - 1 }[2].state == .warning)
  }

  @Test func whatIsDeniedNamesTheChecksThatAreLost() throws {
    let requirement = Requirement(.file("/etc/shadow"), for: ["swap.policy"], permission: "CAP_DAC_READ_SEARCH")
    let reason = FileError("/etc/shadow", .permissionDenied)
    let verdict = try judge { $0.denied = [DeniedRequirement(requirement: requirement, reason: .file(reason))] }[0]
    #expect(verdict.state == .warning)
    #expect(verdict.subject == "/etc/shadow")
    #expect(verdict.summary == "/etc/shadow: permission denied, so these checks cannot look: swap.policy")
    #expect(verdict.remedy == "run it as root, or give it CAP_DAC_READ_SEARCH")
  }

  @Test func aMissingCapabilityNamesTheChecksThatAreLost() throws {
    let requirement = Requirement(.capability(.netRaw), for: ["vip.claimants"], permission: "CAP_NET_RAW")
    let verdict = try judge {
      $0.process.effectiveCapabilities = 0
      $0.neededCapabilities = [.netRaw]
      $0.denied = [DeniedRequirement(requirement: requirement, reason: .capability(.netRaw))]
    }[0]
    #expect(verdict.state == .warning && verdict.subject == "CAP_NET_RAW")
    #expect(verdict.summary == "the agent has no CAP_NET_RAW, so these checks cannot look: vip.claimants")
    #expect(verdict.evidence.map(\.value) == ["none that is needed"])
    #expect(verdict.remedy?.contains("AmbientCapabilities=CAP_NET_RAW") == true)
    let had = try judge {
      $0.process.effectiveCapabilities = 1 << 13
      $0.neededCapabilities = [.netRaw]
    }[0]
    #expect(had.state == .ok && had.evidence.map(\.value) == ["CAP_NET_RAW"])
  }

  @Test func everyPluginThatAsksOnTheWireSaysThatItNeedsTheCapability() {
    let needing = PluginRegistry.all.map(\.descriptor).filter { descriptor in
      descriptor.requirements.contains { $0.resource == .capability(.netRaw) }
    }
    #expect(needing.map(\.name) == ["vip", "service-address"])
  }

  @Test func lostMessagesOfTheKernelAreToldAndSilenceOfItWarns() throws {
    let overrun = try judge { $0.network.overruns = 7 }[3]
    #expect(overrun.state == .ok && overrun.evidence.last?.value == "7 times")
    let deaf = try judge { $0.network.problem = .failed(call: "nl_connect", reason: "no permission") }[3]
    #expect(deaf.state == .warning && deaf.summary.hasSuffix("rtnetlink: nl_connect: no permission"))
    var live = SelfObservation.Live(
      process: try OwnProcess(), denied: [], rounds: [], watching: nil, memoryLimit: .max)
    live.network.overruns = 7
    let families = SelfMetrics.families(SelfObservation(takenAt: Self.start, live: live))
    let family = families.first { $0.name == "nodeagent_netlink_overruns_total" }
    #expect(family?.samples.map(\.value) == [7])
  }

  @Test func whatSeveralPluginsNeedIsToldOnce() throws {
    let reason = FileError("/etc/cni/net.d", .permissionDenied)
    let denied = ["sysctl.values", "firewall.active"].map {
      DeniedRequirement(
        requirement: Requirement(.file(reason.path), for: [CheckID($0)], permission: "mode 0755"), reason: .file(reason)
      )
    }
    let verdicts = try judge { $0.denied = denied }.filter { $0.check == "agent.privileges" }
    #expect(verdicts.map(\.subject) == ["/etc/cni/net.d"])
    #expect(verdicts.first?.summary.hasSuffix("cannot look: sysctl.values, firewall.active") == true)
  }

  @Test func whatCannotBeWatchedWarnsAndNothingToWatchIsSkipped() throws {
    let verdicts = try judge { $0.watching?.unwatched = ["/etc/fstab": "inotify_add_watch: No space left on device"] }
    #expect(verdicts[3].state == .warning)
    #expect(verdicts[3].summary.contains("/etc/fstab: inotify_add_watch: No space left"))
    #expect(try judge { $0.watching = nil }[3].state == .skipped)
    let bus = try judge { $0.bus = SystemBus.Health(reconnects: 2, problem: BusError(.denied, "may not be reached")) }[
      3]
    #expect(
      bus.state == .warning && bus.summary.contains("may not be reached")
        && bus.evidence.map(\.value) == ["0", "2", "0 times"])
    #expect(try judge { $0.bus = SystemBus.Health(reconnects: 2, problem: nil) }[3].state == .ok)
    #expect(try judge { $0.watching?.overflows = 3 }[3].evidence.map(\.value) == ["3", "0 times"])
  }

  @Test func theProcessIsReadFromItsOwnFiles() throws {
    let process = try OwnProcess()
    #expect(process.anonymousBytes > 0 && process.anonymousBytes <= process.residentBytes)
    #expect(process.residentBytes < process.virtualBytes)
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let bits = String(process.effectiveCapabilities, radix: 16)
    #expect(status.contains("CapEff:\t" + String(repeating: "0", count: 16 - bits.count) + bits + "\n"))
    #expect(process.has(.netRaw) == ((process.effectiveCapabilities & 0x2000) != 0))
    #expect(process.threads >= 1 && process.openDescriptors >= 3)
    #expect(process.mostDescriptors >= Double(process.openDescriptors))
    // Somewhere between the first kernel and the end of this century.
    #expect((700_000_000...4_100_000_000).contains(process.startSeconds))
  }
}
