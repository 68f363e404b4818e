import AgentKnowledge
import AgentHost
import AgentCore
import AgentText

/// Who waits: tasks, mounts and pods.
struct NFSWaitJudge {
  /// A mount or unmount that takes longer is stuck.
  private static let longest = 60
  private static let mostNames = 5

  let observation: NFSObservation

  var blockedTasks: Verdict {
    let check: CheckID = "nfs.blocked-tasks"
    switch observation.tasks {
    case nil: return say(check, .skipped, "not looked for yet")
    case .unreadable(let words): return say(check, .unknown, words)
    case .tasks(let tasks) where !tasks.waiting.isEmpty:
      let names = Set(tasks.waiting.map(\.name)).sorted().prefix(Self.mostNames).joined(separator: ", ")
      return say(
        check, .warning, "\(Self.count(tasks.waiting.count, "task waits", "tasks wait")) for NFS: \(names)",
        tasks.waiting.prefix(Self.mostNames).map { task in
          Evidence(
            "/proc/\(task.process)/task/\(task.thread)/wchan",
            task.place + (task.pod.map { ", pod \(observation.pods.value?.names[$0] ?? $0)" } ?? ""))
        })
    case .tasks(let tasks) where tasks.hidden > 0:
      return say(
        check, .unknown,
        "\(tasks.hidden) tasks wait where neither the agent nor nodeagent-helper.socket may see for what")
    case .tasks: return say(check, .ok, "no task waits for NFS")
    }
  }

  var stuckMounts: Verdict {
    let check: CheckID = "nfs.stuck-mounts"
    switch observation.tasks {
    case nil: return say(check, .skipped, "not looked for yet")
    case .unreadable(let words): return say(check, .unknown, words)
    case .tasks(let tasks):
      let age = Int(observation.tasksAge.inSeconds)
      let stuck = tasks.mounting.filter { $0.seconds + age >= Self.longest }
      guard let oldest = stuck.map(\.seconds).max() else { return say(check, .ok, "no mount or unmount hangs") }
      return say(
        check, .warning,
        "\(Self.count(stuck.count, "mount or unmount does", "mounts or unmounts do")) not end, the oldest for \(Duration.seconds(oldest).spoken)",
        stuck.prefix(Self.mostNames).map {
          Evidence("/proc/\($0.process)/stat", "\(PlainText.short($0.name)) for \($0.seconds) s")
        })
    }
  }

  func pods(_ server: NFSServerView, _ settings: NFSSettings) -> Verdict {
    let check: CheckID = "nfs.pods"
    let suffering = NFSImpact(of: server, settings)
    let parts = suffering.byHarm.compactMap { harm, systems -> String? in
      let victims = NFSVictims(systems: systems, pods: observation.pods.value)
      guard victims.count > 0 else { return nil }
      return "\(Self.words(harm, victims.count, server.name)): \(victims.names)"
    }
    guard parts.isEmpty else {
      let all = NFSVictims(systems: suffering.systems, pods: observation.pods.value)
      return Verdict(
        check, subject: server.name, .warning, parts.joined(separator: "; "), evidence: all.evidence)
    }
    let users = NFSVictims.count(server.exports.flatMap(\.systems))
    guard users > 0 else {
      return Verdict(check, subject: server.name, .skipped, "no pod of this node has a volume on it")
    }
    return Verdict(
      check, subject: server.name, .ok, "\(Self.count(users, "pod uses", "pods use")) it, and none suffers")
  }

  private static func words(_ harm: NFSHarm, _ number: Int, _ server: String) -> String {
    switch harm {
    case .waits: "\(count(number, "pod waits", "pods wait")) for \(server)"
    case .cannotWrite: "\(count(number, "pod", "pods")) cannot write to \(server)"
    case .isSlow: "\(count(number, "pod gets its", "pods get their")) answers late from \(server)"
    }
  }

  private static func count(_ number: Int, _ one: String, _ many: String) -> String {
    "\(number) \(number == 1 ? one : many)"
  }

  /// A task does not tell its server; where only one is in trouble it can be no other.
  private func say(
    _ check: CheckID, _ state: CheckState, _ summary: String, _ evidence: [Evidence] = []
  ) -> Verdict {
    let troubled = observation.servers.filter(\.isInTrouble)
    let subject = state == .warning && troubled.count == 1 ? troubled[0].name : ""
    return Verdict(check, subject: subject, state, summary, evidence: evidence)
  }
}
