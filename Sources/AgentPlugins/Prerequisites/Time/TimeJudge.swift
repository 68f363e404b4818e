import AgentText
import AgentCore
import AgentHost

/// Whether the clock is right, by what the kernel was told of it.
///
/// STA_UNSYNC is no judgement, since chronyd and systemd-timesyncd may leave it set while they keep the clock right.
struct TimeJudge {
  /// systemd-timesyncd asks every 2048 s at the longest (timesyncd.conf(5)) and sets maxerror to 0 when it does, so 1.024 s
  /// are reached with nothing amiss.
  static let tolerated = Duration.milliseconds(1100)
  /// A service that has just started may take so long. Later a look that finds no synchronisation is right to say so at
  /// once: either nothing has corrected the clock for hours, or chronyd has said itself that it has no source. The
  /// check's hold gives the daemon ten minutes more, for a clock that is stepped.
  static let patience = Duration.seconds(600)
  /// Time zones and a corrected clock make no file lie further ahead.
  private static let slack: Int64 = 86_400

  private let observation: TimeObservation

  init(_ observation: TimeObservation) { self.observation = observation }

  var verdict: Verdict {
    if let past = observation.past, wallSeconds < past.seconds - Self.slack {
      let dates = "\(CalendarDate(seconds: wallSeconds)), before \(CalendarDate(seconds: past.seconds))"
      return say(
        .failing, "the clock stands at \(dates) (\(past.source)): certificates are not valid yet, the node is cut off",
        remedy: remedy)
    }
    switch observation.clock {
    case .known(let clock, _): return judge(clock)
    case .absent: return say(.unknown, "\(KernelClock.source): not recorded")
    case .unreadable(let error): return say(.unknown, "\(error)")
    }
  }

  private var wallSeconds: Int64 { observation.takenAt.wallNanoseconds / 1_000_000_000 }

  private func judge(_ clock: KernelClock) -> Verdict {
    if clock.maximumError <= Self.tolerated {
      let service = observation.service.value.map { " by \($0.title)" } ?? ""
      return say(.ok, "synchronised\(service), at most \(Self.text(clock.maxerror)) off")
    }
    if clock.maximumError < KernelClock.unsynchronised {
      let age = clock.uncorrected.inSeconds / 60
      return say(
        .warning,
        "the clock may be \(Self.text(clock.maxerror)) off: not corrected for up to \(Int(age)) min; \(serviceText)",
        remedy: remedy)
    }
    return unsynchronised
  }

  private var unsynchronised: Verdict {
    let uptime = Duration.nanoseconds(observation.takenAt.bootNanoseconds)
    if uptime < Self.patience {
      let summary = "not synchronised yet, \(Int(uptime.inSeconds)) s after boot; \(serviceText)"
      return observation.service == .absent ? say(.warning, summary, remedy: remedy) : say(.skipped, summary)
    }
    return say(
      .failing, "the clock is not synchronised: \(serviceText); once it is minutes off, certificates are refused",
      remedy: remedy)
  }

  private var serviceText: String {
    switch observation.service {
    case .known(let service, _): "\(service.title) runs but does not correct it"
    case .absent: "nothing that corrects it runs"
    case .unreadable(let error): "what corrects it cannot be seen (\(error))"
    }
  }

  private var remedy: String? {
    if let service = observation.service.value { return service.remedy }
    return observation.isInstalled ? "timedatectl set-ntp true" : observation.packages?.remedy
  }

  private func say(_ state: CheckState, _ summary: String, remedy: String? = nil) -> Verdict {
    Verdict("time.synchronised", state, summary, evidence: evidence, remedy: remedy)
  }

  private var evidence: [Evidence] {
    var evidence: [Evidence] = []
    if case .known(let clock, let source) = observation.clock {
      let sync = clock.isMarkedUnsynchronised ? " (STA_UNSYNC)" : ""
      let offset = clock.loopOffset.map { " offset=\($0.wholeNanoseconds / 1000) us" } ?? ""
      evidence.append(
        Evidence(
          source,
          "state=\(clock.state) status=\(clock.status)\(sync) maxerror=\(clock.maxerror) us "
            + "esterror=\(clock.esterror) us\(offset) tai=\(clock.tai)"))
    }
    if case .known(let service, let source) = observation.service { evidence.append(Evidence(source, service.title)) }
    return evidence
  }

  /// Microseconds rounded up: what may be off is never shown as less.
  private static func text(_ microseconds: Int) -> String {
    let up = { (unit: Int) in microseconds / unit + (microseconds % unit > 0 ? 1 : 0) }
    guard microseconds >= 1000 else { return "1 ms" }
    return microseconds < 1_000_000 ? "\(up(1000)) ms" : "\(up(100_000) / 10).\(up(100_000) % 10) s"
  }
}
