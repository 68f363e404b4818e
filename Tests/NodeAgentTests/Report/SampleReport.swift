import AgentCore

@testable import AgentKnowledge
@testable import NodeAgent

/// A report whose verdicts a test gives.
struct SampleReport {
  /// A plugin's verdicts and how long its round took.
  struct Round {
    var plugin: String
    var area = Area.prerequisites
    var seconds = 0.5
    var verdicts: [Verdict]
    var dependsOn: [Dependency] = []
  }

  private static let time = HostTime(wallNanoseconds: 1_795_230_000_000_000_000, bootNanoseconds: 0)

  static func make(_ rounds: [Round], host: String = "n100-001", roles: Set<Role> = [.worker]) -> Report {
    Report(
      snapshot(rounds),
      context: ReportContext(
        agent: AgentBuild(version: "0.1.0", revision: "abc", arch: "x86_64"),
        host: HostIdentity(name: host, system: "Debian GNU/Linux 12", kernel: "6.1.0"), roles: roles, observedAt: time,
        duration: .seconds(1)))
  }

  static func snapshot(_ rounds: [Round]) -> NodeSnapshot {
    let entries = rounds.map { round in
      var state = PluginState()
      state.take(
        PluginRound(tracks: round.verdicts.map { AnnouncedVerdict(verdict: $0) }, duration: .seconds(round.seconds)))
      return NodeSnapshot.Entry(active: active(round), state: state)
    }
    return NodeSnapshot(plugins: entries, started: time)
  }

  private static func active(_ round: Round) -> ActivePlugin {
    let checks = Set(round.verdicts.map(\.check)).sorted().map { id in
      CheckDefinition(
        id, title: "t", why: "w", source: "s", confirm: "c", remedy: "mend \(id)", undo: "u", worst: .failing,
        lost: [.workloads], atRisk: [.storage], dependsOn: round.dependsOn)
    }
    let descriptor = PluginDescriptor(
      name: round.plugin, area: round.area, summary: "s", checks: checks, rhythm: .every(.seconds(60)),
      deadline: .seconds(1))
    return ActivePlugin(
      descriptor: descriptor, plugin: FakePlugin(), interval: .seconds(60), deadline: .seconds(1), checks: checks,
      switchedOff: [:])
  }
}
