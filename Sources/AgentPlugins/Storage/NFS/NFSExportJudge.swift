import AgentText
import AgentCore
import AgentHost
import AgentKnowledge

/// Whether what is mounted of an export can be used.
struct NFSExportJudge {
  /// From so many repeated requests on their share counts.
  private static let fewRepeats: UInt64 = 10
  /// The share of repeated requests, in percent, that is no accident.
  private static let repeatedPercent: UInt64 = 5
  /// A look that takes this long is slow.
  private static let slowLook = 1_000_000

  let server: NFSServerView
  let export: NFSExportView
  let settings: NFSSettings
  let countersProblem: FileError?
  /// The names of pods, where they are known.
  var pods: PodNames?
  private let isWaiting: Bool

  init(server: NFSServerView, export: NFSExportView, settings: NFSSettings, countersProblem: FileError?) {
    self.server = server
    self.export = export
    self.settings = settings
    self.countersProblem = countersProblem
    isWaiting = server.isDown && !server.hasReplied
  }

  var verdicts: [Verdict] { [responding, retransmissions, readOnly, space] }

  /// The worst of its file systems.
  var responding: Verdict {
    let judged = export.systems.map { ($0, condition($0)) }
    guard let (view, worst) = judged.min(by: { $0.1.state.urgency < $1.1.state.urgency }) else {
      return say("nfs.responding", .skipped, "nothing is mounted")
    }
    let finding = describe(worst, view)
    let point = view.system.place ?? view.system.points.first?.path
    let remedy = finding.remedy?.split(separator: "MOUNTPOINT", omittingEmptySubsequences: false)
      .joined(separator: point?.shown ?? "MOUNTPOINT")
    return say("nfs.responding", worst.state, finding.words, finding.evidence, remedy: remedy)
  }

  /// How a file system is, before anything is said of it: there may be thousands.
  private enum Condition {
    case waits, stale, recovers(since: Duration), stuck, missedOnce
    case unanswered(NFSActivity), slow(MountStatus), answers(MountStatus)
    case noRoom, serverAnswers, unlooked, replies, unknown

    var state: CheckState {
      switch self {
      case .waits, .stale, .stuck: .failing
      case .recovers, .missedOnce, .unanswered, .slow: .warning
      case .noRoom, .unknown: .unknown
      case .answers, .serverAnswers, .replies: .ok
      case .unlooked: .skipped
      }
    }
  }

  private struct Finding {
    var words: String
    var evidence: [Evidence] = []
    var remedy: String?
  }

  private var serves: Bool { if case .serves = server.worst?.answer { true } else { false } }

  private func condition(_ view: NFSSystemView) -> Condition {
    if isWaiting { return .waits }
    switch view.look {
    case .failed where view.look?.isStale == true: return .stale
    case .failed, .stuck, .stillStuck:
      if let time = server.backFor, !view.hasRecovered { return .recovers(since: time) }
      // One answer may be late, in particular where the machine itself is busy; a process that cannot be ended tells more.
      return view.look == .stuck && view.misses == 1 && serves ? .missedOnce : .stuck
    case .answered(let status):
      if let activity = waiting(view) { return .unanswered(activity) }
      if view.obstacle != nil, view.activity?.hasReplies != true { return .noRoom }
      return status.microseconds >= Self.slowLook ? .slow(status) : .answers(status)
    case .busy, .noRoom, .gone, .impossible, .notRecorded, nil:
      if let activity = waiting(view) { return .unanswered(activity) }
      if view.activity?.hasReplies == true { return .replies }
      if view.obstacle != nil { return .noRoom }
      // One look at the counters does not tell whether requests wait.
      if serves, view.activity != nil { return .serverAnswers }
      // Its turn comes with one of the next rounds.
      if serves, view.look == nil, countersProblem == nil { return .unlooked }
      return .unknown
    }
  }

  private func waiting(_ view: NFSSystemView) -> NFSActivity? {
    guard let activity = view.activity, activity.unanswered > 0, !activity.hasReplies else { return nil }
    return activity
  }

  /// How those suffer that use a file system; nil where they do not.
  func harm(to view: NFSSystemView) -> NFSHarm? {
    switch condition(view) {
    case .waits, .stale, .recovers, .stuck, .missedOnce, .unanswered: return .waits
    case .slow, .answers, .noRoom, .serverAnswers, .unlooked, .replies, .unknown: break
    }
    if isReadOnlyAgainstItsMount(view) || isFull(view) { return .cannotWrite }
    if case .slow = condition(view) { return .isSlow }
    return NFSServerJudge(server: server, settings: settings).isSlow ? .isSlow : nil
  }

  private func describe(_ condition: Condition, _ view: NFSSystemView) -> Finding {
    let name = server.name
    let mounted = evidence(view)
    let look = Evidence("statx(2) in a child process", view.look?.words ?? "")
    switch condition {
    case .waits:
      let fate = view.system.isHard ? "hangs until it is back" : "fails after some time (soft)"
      return Finding(words: "waits for \(name): what uses \(count(view)) \(fate)", evidence: [mounted])
    case .stale:
      return Finding(
        words: "stale: \(name) no longer knows the directory; the export was removed, or made anew",
        evidence: [mounted, Evidence("statx(2) of the mount point", view.look?.words ?? "")],
        remedy: "on \(name): exportfs -v; kubectl delete pod POD, for those of nfs.pods; umount -f -l MOUNTPOINT")
    case .recovers(let time):
      return Finding(
        words: "\(name) has been back for \(time.spoken), and its mounts recover: with NFSv4 that takes up to 90 s",
        evidence: [mounted, look], remedy: "wait; what is stuck after that is named")
    case .stuck: return stuck(view, [mounted, look])
    case .missedOnce:
      return Finding(
        words: "no answer within \(MountProbe.deadline.settingsText), though \(name) answers: slow, or only this mount "
          + "is stuck", evidence: [mounted, look], remedy: "timeout -s KILL 30 stat -f MOUNTPOINT")
    case .unanswered(let activity):
      return Finding(
        words: "\(activity.unanswered) requests wait without a reply for \(activity.over.spoken)", evidence: [mounted])
    case .slow(let status), .answers(let status):
      let time = NFSServerJudge.milliseconds(.microseconds(status.microseconds))
      let answered = Evidence("statx(2) in a child process", "answered in \(time), \(view.lookAge.spoken) ago")
      let isSlow = status.microseconds >= Self.slowLook
      return Finding(
        words: isSlow ? "answers slowly: in \(time)" : "answers at \(count(view))", evidence: [mounted, answered])
    case .noRoom:
      return Finding(
        words: "whether it answers is not known: \(view.obstacle?.words ?? "")", evidence: [mounted],
        remedy: "bring the servers back that nfs.responding calls stuck")
    case .serverAnswers:
      return Finding(words: "its server answers, and no request waits at \(count(view))", evidence: [mounted])
    case .unlooked:
      return Finding(words: "its server answers; \(count(view)) itself was not looked at yet", evidence: [mounted])
    case .replies: return Finding(words: "replies come in at \(count(view))", evidence: [mounted])
    case .unknown:
      let reason = view.look?.words ?? countersProblem?.description ?? "neither its server nor its counters tell"
      return Finding(words: "whether it answers is not known: \(reason)", evidence: [mounted])
    }
  }

  private func stuck(_ view: NFSSystemView, _ evidence: [Evidence]) -> Finding {
    let words =
      if case .failed = view.look {
        "cannot be used: \(view.look?.words ?? "")"
      } else if serves {
        "only this mount is stuck: \(server.name) answers, the mount does not (a lost session?)"
      } else {
        "stuck: the mount does not answer"
      }
    return Finding(
      words: words, evidence: evidence,
      remedy: "if \(server.name) has just come back, wait 90 s; else kubectl delete pod POD, for those of nfs.pods; "
        + "umount -f -l MOUNTPOINT")
  }

  private var retransmissions: Verdict {
    let check: CheckID = "nfs.retransmissions"
    if let countersProblem { return say(check, .unknown, "\(countersProblem)") }
    let seen = export.systems.compactMap(\.lately)
    guard let longest = seen.map(\.over).max() else {
      return say(check, .skipped, "needs two looks at the counters: the daemon takes them")
    }
    let requests = seen.reduce(0) { $0 + $1.requests }
    let repeats = seen.reduce(0) { $0 + $1.retransmissions }
    let timeouts = seen.reduce(0) { $0 + $1.timeouts }
    let evidence = [
      Evidence("mountstats", "requests=\(requests) retransmissions=\(repeats) timeouts=\(timeouts)")
    ]
    let time = longest.spoken
    let volumes = NFSVictims(systems: export.systems, pods: pods).evidence
    if timeouts > 0 {
      return say(check, .warning, "\(timeouts) requests ran into their timeout in \(time)", evidence + volumes)
    }
    if repeats >= Self.fewRepeats, repeats * 100 > requests * Self.repeatedPercent {
      return say(
        check, .warning, "\(repeats) of \(requests) requests had to be sent again in \(time)", evidence + volumes)
    }
    return say(check, .ok, "\(repeats) of \(requests) requests had to be sent again in \(time)", evidence)
  }

  private var readOnly: Verdict {
    let check: CheckID = "nfs.read-only"
    if let view = export.systems.first(where: isReadOnlyAgainstItsMount) {
      guard !view.system.isReadOnly else {
        return say(
          check, .failing, "became read-only on this host", [evidence(view)], remedy: "mount -o remount,rw MOUNTPOINT")
      }
      return say(
        check, .failing, "\(server.name) lets nobody write here any more: the export is read-only",
        [evidence(view), Evidence("access(2) of the mount point", "no write")],
        remedy: "on \(server.name): exportfs -v | grep -w \(export.path)")
    }
    if let verdict = settled(check) { return verdict }
    let asked = export.systems.filter { !$0.system.isReadOnly }
    guard !asked.isEmpty else { return say(check, .ok, "read-only, as mounted") }
    let answers = asked.compactMap { view in if case .answered(let status) = view.look { status } else { nil } }
    if answers.contains(where: \.isRemembered) {
      return say(
        check, .unknown,
        "it could\(answers.allSatisfy(\.isWritable) ? "" : " not") be written when the kernel last asked; "
          + "the agent may not ask anew",
        [Evidence("nodeagent-helper.socket", "does not answer, or is without CAP_SETGID")],
        remedy: "systemctl enable --now nodeagent-helper.socket")
    }
    // What nobody but its owner may write to looks the same before and after.
    guard answers.contains(where: \.isWritable) else {
      return say(
        check, .skipped, "the agent may not write there, so it cannot tell whether the export became read-only")
    }
    return say(check, .ok, "writable")
  }

  /// Whether nobody can write where that was possible, or meant to be.
  private func isReadOnlyAgainstItsMount(_ view: NFSSystemView) -> Bool {
    if view.system.isReadOnly { return view.wasWritable }
    guard case .answered(let status) = view.look, !status.isWritable, !status.isRemembered else { return false }
    return status.isOpenToAll || view.wasWritable
  }

  private func isFull(_ view: NFSSystemView) -> Bool {
    percentFree(view).map { $0 < settings.space.failing } ?? false
  }

  private func percentFree(_ view: NFSSystemView) -> Int? {
    guard case .answered(let status) = view.look, let space = status.space else { return nil }
    return Int((Self.share(space) * 100).rounded(.down))
  }

  /// How old a look at a file system may be before it is looked at again.
  func lookLife(of view: NFSSystemView) -> Duration {
    guard view.look != nil, view.obstacle == nil, !view.isInDoubt else { return .zero }
    // What is wrong is looked at until it is not.
    if harm(to: view) == .cannotWrite { return .zero }
    if case .answered(let status) = view.look, status.microseconds >= Self.slowLook { return .zero }
    if view.hasNewErrors { return min(Self.errorPause, settings.deepProbe) }
    if let percent = percentFree(view), percent < settings.space.warning {
      return min(Self.warningPause, settings.deepProbe)
    }
    return settings.deepProbe
  }

  /// Errors may come all the time: a user who may not read something tries again and again.
  private static let errorPause = Duration.seconds(8)
  private static let warningPause = Duration.seconds(60)

  private var space: Verdict {
    let check: CheckID = "nfs.space"
    let spaces = export.systems.compactMap { view -> FileSystemSpace? in
      if case .answered(let status) = view.look { status.space } else { nil }
    }
    guard let least = spaces.min(by: { Self.share($0) < Self.share($1) }) else {
      return settled(check) ?? say(check, .skipped, "the server does not tell")
    }
    let percent = Int((Self.share(least) * 100).rounded(.down))
    let what = least.freeInodeShare < least.freeShare ? "free for new files (inodes)" : "free"
    let evidence = [Evidence("statfs(2)", "\(least.freeBytes >> 30) of \(least.totalBytes >> 30) GiB free")]
    let remedy = "on \(server.name): du -xh --max-depth=2 \(export.path) | sort -h | tail"
    if percent < settings.space.failing {
      return say(check, .failing, "full: writes fail", evidence, remedy: remedy)
    }
    if percent < settings.space.warning {
      return say(check, .warning, "only \(percent) % \(what)", evidence, remedy: remedy)
    }
    return say(check, .ok, "\(percent) % \(what)", evidence)
  }

  private static func share(_ space: FileSystemSpace) -> Double { min(space.freeShare, space.freeInodeShare) }

  /// What is said while no look has told anything; nil where one has.
  private func settled(_ check: CheckID) -> Verdict? {
    let looks = export.systems.map(\.look)
    if looks.contains(where: { if case .answered = $0 { true } else { false } }) { return nil }
    if isWaiting { return say(check, .unknown, "its server does not answer") }
    for case .impossible(let words)? in looks { return say(check, .unknown, words) }
    return looks.contains { $0 != nil && $0?.saysNothing == false }
      ? say(check, .unknown, "the mount does not answer") : say(check, .skipped, "not looked at yet")
  }

  private func count(_ view: NFSSystemView) -> String {
    let points = view.system.points
    guard points.count == 1, let point = points.first else { return "\(points.count) mount points" }
    return point.path.shown
  }

  private func evidence(_ view: NFSSystemView) -> Evidence {
    let system = view.system
    let transport =
      switch system.transport {
      case .tcp: "tcp"
      case .other(let name): name
      }
    let counters = view.statistics.map { ", \($0.sends) requests sent, \($0.receives) replies" } ?? ""
    return Evidence(
      "mountinfo \(system.device)",
      "NFS \(system.version) over \(transport), \(system.isHard ? "hard" : "soft")\(counters)")
  }

  private func say(
    _ check: CheckID, _ state: CheckState, _ summary: String, _ evidence: [Evidence] = [], remedy: String? = nil
  ) -> Verdict {
    Verdict(check, subject: export.subject, state, summary, evidence: evidence, remedy: remedy)
  }
}

extension MountProbe {
  /// Whether it is about the agent rather than about the server.
  fileprivate var saysNothing: Bool {
    switch self {
    case .answered, .failed, .stuck, .stillStuck: false
    case .busy, .noRoom, .gone, .impossible, .notRecorded: true
    }
  }
}
