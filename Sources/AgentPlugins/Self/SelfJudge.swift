import AgentText
import AgentHost
import AgentKnowledge
import AgentCore

/// Judges the agent.
struct SelfJudge {
  /// A plugin is overdue after so many intervals without a success.
  static let patience = 3

  private let observation: SelfObservation

  init(_ observation: SelfObservation) { self.observation = observation }

  var verdicts: [Verdict] {
    guard let live = observation.live else {
      return SelfChecks.all.map { Verdict($0.id, .skipped, "this is a recorded host: the agent does not run on it") }
    }
    return privileges(live) + rounds(live) + [memory(live), sources(live)]
  }

  private func privileges(_ live: SelfObservation.Live) -> [Verdict] {
    let had = live.neededCapabilities.filter(live.process.has).map(\.name).sorted()
    let capabilities = Evidence(
      "/proc/self/status CapEff", had.isEmpty ? "none that is needed" : had.joined(separator: ", "))
    guard !live.denied.isEmpty else {
      return [Verdict("agent.privileges", .ok, "may do all that its checks need", evidence: [capabilities])]
    }
    // Several plugins may need the same: it is told once, for the checks of all.
    let byName = Dictionary(grouping: live.denied, by: \.missing)
    return byName.sorted { $0.key < $1.key }.compactMap { name, denied in
      guard let first = denied.first else { return nil }
      let lost = denied.flatMap(\.requirement.checks).map(\.description).joined(separator: ", ")
      switch first.reason {
      case .file(let error):
        return Verdict(
          "agent.privileges", subject: name, .warning, "\(error), so these checks cannot look: \(lost)",
          evidence: [Evidence(name, error.text)],
          remedy: "run it as root, or give it \(first.requirement.permission)")
      case .capability:
        return Verdict(
          "agent.privileges", subject: name, .warning,
          "the agent has no \(name), so these checks cannot look: \(lost)", evidence: [capabilities],
          remedy: "run it as root, or add AmbientCapabilities=\(name) to its unit: systemctl edit nodeagent.service")
      }
    }
  }

  private func rounds(_ live: SelfObservation.Live) -> [Verdict] {
    let overdue = live.rounds.filter { round in
      observation.takenAt.elapsed(since: round.lastSuccess ?? round.watchedSince) > round.interval * Self.patience
    }
    guard !overdue.isEmpty else { return [Verdict("agent.rounds", .ok, "every plugin looks as often as it should")] }
    return overdue.map { round in
      let since = round.lastSuccess.map { observation.takenAt.elapsed(since: $0) }
      let age = since.map { "for \(Int($0.inSeconds)) s" } ?? "since the start"
      return Verdict(
        "agent.rounds", subject: round.plugin, .warning,
        "has not looked \(age): \(round.failure ?? "its round has not ended")",
        evidence: [Evidence("interval of \(round.plugin)", round.interval.settingsText)])
    }
  }

  private func memory(_ live: SelfObservation.Live) -> Verdict {
    let used = live.process.anonymousBytes
    let evidence = [Evidence("/proc/self/status RssAnon", "\(used / 1024) kB")]
    guard used > live.memoryLimit else {
      return Verdict("agent.memory", .ok, "uses \(used >> 20) MiB of its own", evidence: evidence)
    }
    return Verdict(
      "agent.memory", .warning, "uses \(used >> 20) MiB of its own, more than \(live.memoryLimit >> 20) MiB",
      evidence: evidence)
  }

  private func sources(_ live: SelfObservation.Live) -> Verdict {
    if let held = live.reading.unread.first {
      return Verdict(
        "agent.sources", .warning, "\(held): its file system does not answer, and what lies there is not read",
        evidence: live.reading.unread.map { Evidence($0, "a read has not returned") },
        remedy: "findmnt -T \(ShellWord.quote(held))")
    }
    guard let watching = live.watching else {
      return Verdict("agent.sources", .skipped, "it looks once and waits for no event")
    }
    let unwatched = watching.unwatched.sorted { $0.key < $1.key }
    let bus = live.bus.map { [Evidence("connections to the system bus made anew", "\($0.reconnects)")] } ?? []
    let evidence =
      [Evidence("inotify queue overflows", "\(watching.overflows)")] + bus
      + [Evidence("rtnetlink: messages dropped by the kernel", "\(live.network.overruns) times")]
    if let problem = live.bus?.problem {
      return Verdict(
        "agent.sources", .warning, "no unit is watched: \(problem)", evidence: evidence,
        remedy: "systemctl status dbus.service")
    }
    if let problem = live.network.problem {
      return Verdict(
        "agent.sources", .warning, "changes of interfaces and addresses are seen at the interval only: \(problem)",
        evidence: evidence, remedy: "systemctl restart nodeagent.service; journalctl -u nodeagent.service -n 50")
    }
    guard let first = unwatched.first else {
      return Verdict("agent.sources", .ok, "hears of every change of what it watches", evidence: evidence)
    }
    return Verdict(
      "agent.sources", .warning,
      "\(unwatched.count) watched paths are read at the interval only: \(first.key): \(first.value)",
      evidence: evidence + unwatched.map { Evidence($0.key, $0.value) },
      remedy: "sysctl -w fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=8192")
  }
}
