import AgentCore
import AgentHost

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

  var verdicts: [Verdict] { [responding, retransmissions, readOnly, space] }

  /// The worst of its file systems.
  var responding: Verdict {
    let judged = export.systems.map { ($0, respond($0)) }
    let worst = judged.min { $0.1.state.urgency < $1.1.state.urgency }
    guard let (view, finding) = worst else { return say("nfs.responding", .skipped, "nothing is mounted") }
    let point = view.system.place ?? view.system.points.first?.path
    let remedy = finding.remedy?.split(separator: "MOUNTPOINT", omittingEmptySubsequences: false)
      .joined(separator: point?.shown ?? "MOUNTPOINT")
    return say("nfs.responding", finding.state, finding.words, finding.evidence, remedy: remedy)
  }

  private struct Finding {
    var state: CheckState
    var words: String
    var evidence: [Evidence] = []
    var remedy: String?
  }

  private func respond(_ view: NFSSystemView) -> Finding {
    if server.isDown, !server.hasReplied { return waits(view) }
    switch view.look {
    case .failed where view.look?.isStale == true: return stale(view)
    case .failed, .stuck, .stillStuck: return stuck(view)
    case .answered(let status): return activity(view) ?? answered(view, status)
    case .busy, .gone, .impossible, .notRecorded, nil: return activity(view) ?? unlooked(view)
    }
  }

  private func waits(_ view: NFSSystemView) -> Finding {
    let fate = view.system.isHard ? "hangs until it is back" : "fails after some time (soft)"
    return Finding(
      state: .failing, words: "waits for \(server.name): what uses \(count(view)) \(fate)", evidence: [evidence(view)])
  }

  private func stale(_ view: NFSSystemView) -> Finding {
    Finding(
      state: .failing,
      words: "stale: \(server.name) no longer knows the directory; the export was removed, or made anew",
      evidence: [evidence(view), Evidence("statx(2) of the mount point", view.look?.words ?? "")],
      remedy: "on \(server.name): exportfs -v; kubectl delete pod POD, for those of nfs.pods; umount -f -l MOUNTPOINT")
  }

  private func stuck(_ view: NFSSystemView) -> Finding {
    let words =
      if case .failed = view.look {
        "cannot be used: \(view.look?.words ?? "")"
      } else if case .serves = server.worst?.answer {
        "only this mount is stuck: \(server.name) answers, the mount does not (a lost session?)"
      } else {
        "stuck: the mount does not answer"
      }
    return Finding(
      state: .failing, words: words,
      evidence: [evidence(view), Evidence("statx(2) in a child process", view.look?.words ?? "")],
      remedy: "kubectl delete pod POD, for those of nfs.pods; umount -f -l MOUNTPOINT")
  }

  private func activity(_ view: NFSSystemView) -> Finding? {
    guard let activity = view.activity, activity.unanswered > 0, !activity.hasReplies else { return nil }
    return Finding(
      state: .warning, words: "\(activity.unanswered) requests wait without a reply for \(activity.over.spoken)",
      evidence: [evidence(view)])
  }

  private func answered(_ view: NFSSystemView, _ status: MountStatus) -> Finding {
    let time = NFSServerJudge.milliseconds(.microseconds(status.microseconds))
    let seen = [
      evidence(view), Evidence("statx(2) in a child process", "answered in \(time), \(view.lookAge.spoken) ago"),
    ]
    if status.microseconds >= Self.slowLook {
      return Finding(state: .warning, words: "answers slowly: in \(time)", evidence: seen)
    }
    return Finding(state: .ok, words: "answers at \(count(view))", evidence: seen)
  }

  private func unlooked(_ view: NFSSystemView) -> Finding {
    if case .serves = server.worst?.answer {
      return Finding(
        state: .ok, words: "its server answers, and no request waits at \(count(view))", evidence: [evidence(view)])
    }
    if view.activity?.hasReplies == true {
      return Finding(state: .ok, words: "replies come in at \(count(view))", evidence: [evidence(view)])
    }
    let reason = view.look?.words ?? countersProblem?.description ?? "neither its server nor its counters tell"
    return Finding(state: .unknown, words: "whether it answers is not known: \(reason)", evidence: [evidence(view)])
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
    if timeouts > 0 {
      return say(check, .warning, "\(timeouts) requests ran into their timeout in \(time)", evidence)
    }
    if repeats >= Self.fewRepeats, repeats * 100 > requests * Self.repeatedPercent {
      return say(check, .warning, "\(repeats) of \(requests) requests had to be sent again in \(time)", evidence)
    }
    return say(check, .ok, "\(repeats) of \(requests) requests had to be sent again in \(time)", evidence)
  }

  private var readOnly: Verdict {
    let check: CheckID = "nfs.read-only"
    for view in export.systems {
      if view.system.isReadOnly {
        guard view.wasWritable else { continue }
        return say(
          check, .failing, "became read-only on this host", [evidence(view)], remedy: "mount -o remount,rw MOUNTPOINT")
      }
      guard case .answered(let status) = view.look, !status.isWritable else { continue }
      if status.isOpenToAll || view.wasWritable {
        return say(
          check, .failing, "\(server.name) lets nobody write here any more: the export is read-only",
          [evidence(view), Evidence("access(2) of the mount point", "no write")],
          remedy: "on \(server.name): exportfs -v | grep -w \(export.path)")
      }
    }
    return settled(check)
      ?? say(check, .ok, export.systems.allSatisfy(\.system.isReadOnly) ? "read-only, as mounted" : "writable")
  }

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
    if server.isDown, !server.hasReplied { return say(check, .unknown, "its server does not answer") }
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

extension MountLook {
  /// Whether it is about the agent rather than about the server.
  fileprivate var saysNothing: Bool {
    switch self {
    case .answered, .failed, .stuck, .stillStuck: false
    case .busy, .gone, .impossible, .notRecorded: true
    }
  }
}
