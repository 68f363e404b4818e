package import AgentText
import CLinux
import Glibc

/// What the kernel holds of its clock's discipline, in the units of adjtimex(2).
package struct KernelClock: Sendable, Equatable {
  /// The greatest ``maximumError`` there is, NTP_PHASE_LIMIT (include/linux/timex.h): the clock was never set right, or
  /// not for so long. The kernel begins there, and goes back to it when the clock is stepped (ntp_clear in
  /// kernel/time/ntp.c); chronyd puts it there as soon as it has no usable source (sys_timex.c, MAX_SYNC_ERROR).
  package static let unsynchronised = Duration.seconds(16)

  /// TIME_OK (0) to TIME_ERROR (5).
  package var state: Int
  /// The bits STA_… of sys/timex.h.
  package var status: Int
  /// How far the clock may be off, in microseconds. Whoever disciplines the clock writes it, and the kernel adds 500 each
  /// second (MAXFREQ).
  package var maxerror: Int
  /// How far the clock is thought to be off, in microseconds.
  package var esterror: Int
  /// What is left to correct, in nanoseconds, or in microseconds without STA_NANO; of meaning only with STA_PLL.
  package var offset: Int
  /// TAI less UTC, in seconds; 0 when nobody told the kernel.
  package var tai: Int

  /// Makes values; only ``maxerror`` has no default.
  package init(
    maxerror: Int, esterror: Int = 0, offset: Int = 0, status: Int = 0, state: Int = 0, tai: Int = 0
  ) {
    self.maxerror = maxerror
    self.esterror = esterror
    self.offset = offset
    self.status = status
    self.state = state
    self.tai = tai
  }

  /// How far the clock may be off.
  package var maximumError: Duration { .microseconds(maxerror) }

  /// How far the clock is off, as the kernel's loop has it; nil while the loop is off, as under chronyd.
  package var loopOffset: Duration? {
    guard status & Int(STA_PLL) != 0 else { return nil }
    return status & Int(STA_NANO) != 0 ? .nanoseconds(offset) : .microseconds(offset)
  }

  /// Whether STA_UNSYNC is set: evidence, no judgement. chronyd leaves it set unless `rtcsync` is configured, and
  /// systemd-timesyncd where the hardware clock runs in local time.
  package var isMarkedUnsynchronised: Bool { status & Int(STA_UNSYNC) != 0 }

  /// The longest time that the clock may have run uncorrected, by what ``maxerror`` grew to.
  package var uncorrected: Duration { .seconds(maxerror / 500) }
}

extension KernelClock: SettingsEncodable {
  /// Reads `maxerror`, which is required, `esterror`, `offset`, `status`, `state` and `tai`, each as adjtimex(2) gives it.
  package init?(from reader: SettingsReader) {
    let maxerror: Int? = reader.required("maxerror")
    self.init(
      maxerror: maxerror ?? 0, esterror: reader.value("esterror", default: 0),
      offset: reader.value("offset", default: 0),
      status: reader.value("status", default: 0), state: reader.value("state", default: 0),
      tai: reader.value("tai", default: 0))
    if maxerror == nil { return nil }
  }

  package func write(to writer: inout SettingsWriter) {
    writer.value("maxerror", maxerror)
    writer.value("esterror", esterror, default: 0)
    writer.value("offset", offset, default: 0)
    writer.value("status", status, default: 0)
    writer.value("state", state, default: 0)
    writer.value("tai", tai, default: 0)
  }
}

/// What the kernel holds of its clock's discipline: the running one's, or a recording's.
package protocol KernelClockSource: Sendable {
  /// The values now; absent when they were not recorded.
  func read() -> Fact<KernelClock>
}

extension KernelClock {
  /// Where the values come from.
  package static let source = "adjtimex(2)"
}

/// Asks the running kernel.
package struct LiveKernelClock: KernelClockSource {
  package init() {}

  /// Modes of 0 change nothing and need no privilege.
  package func read() -> Fact<KernelClock> {
    var values = timex()
    let state = adjtimex(&values)
    guard state >= 0 else { return .unreadable(FileError(KernelClock.source, call: "adjtimex", code: errno)) }
    let clock = KernelClock(
      maxerror: Int(values.maxerror), esterror: Int(values.esterror), offset: Int(values.offset),
      status: Int(values.status), state: Int(state), tai: Int(values.tai))
    return .known(clock, source: KernelClock.source)
  }
}

/// What was recorded: `clock` of `recorded.yaml`.
package struct RecordedKernelClock: KernelClockSource {
  private let clock: KernelClock?

  /// - Parameter clock: nil when it was not recorded.
  package init(_ clock: KernelClock?) { self.clock = clock }

  package func read() -> Fact<KernelClock> { clock.map { .known($0, source: KernelClock.source) } ?? .absent }
}
