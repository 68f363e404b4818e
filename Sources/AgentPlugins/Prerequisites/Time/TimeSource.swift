import AgentCore
import AgentHost
import AgentKnowledge

/// Reads what the time plugin judges; synchronous, for the worker thread.
enum TimeSource {
  /// Touched by systemd-timesyncd at every synchronisation.
  static let synchronised = "/run/systemd/timesync/synchronized"
  /// The services that timedatectl(1) knows (systemd-timedated.service(8)).
  private static let units = "/usr/lib/systemd/ntp-units.d"
  /// Files whose time of change is that of a clock that was right: of the last synchronisation, of the build of the
  /// system (systemd-timesyncd.service(8)), and of the last hour before a shutdown (fake-hwclock(8)).
  private static let stamps = ["/var/lib/systemd/timesync/clock", "/usr/lib/clock-epoch", "/etc/fake-hwclock.data"]
  /// 2026-01-01: no host ran this agent before.
  private static let agent = PastMoment(seconds: 1_767_225_600, source: "this agent is younger")

  static func read(
    _ files: HostFiles, clock: Fact<KernelClock>, processes: Result<ProcessTable, FileError>, mode: HostRoot.Mode,
    at time: HostTime
  ) -> TimeObservation {
    TimeObservation(
      takenAt: time, clock: clock, service: service(processes),
      isInstalled: ((try? files.entries(units)) ?? nil)?.isEmpty == false, packages: packages(files),
      past: past(files, mode: mode, isRecorded: clock.value != nil))
  }

  private static func service(_ processes: Result<ProcessTable, FileError>) -> Fact<TimeService> {
    Fact(from: "/proc") { () throws(FileError) in
      let names = Set(try processes.get().processes.map(\.name))
      return TimeService.allCases.first { names.contains($0.rawValue) }
    }
  }

  private static func packages(_ files: HostFiles) -> PackageManager? {
    let has = { (path: String) in ((try? files.kind(path)) ?? nil) != nil }
    if has(DebianPackages.statusPath) { return .apt }
    return has("/usr/bin/dnf") ? .dnf : nil
  }

  /// The latest of them. The files of a recorded host are as old as their copy, so they tell nothing; and where no clock
  /// was recorded, neither was a time that could be judged.
  private static func past(_ files: HostFiles, mode: HostRoot.Mode, isRecorded: Bool) -> PastMoment? {
    guard mode == .live else { return isRecorded ? agent : nil }
    let moments = stamps.compactMap { path -> PastMoment? in
      guard let stamp = (try? files.stamp(path)) ?? nil else { return nil }
      return PastMoment(seconds: stamp.modifiedNanoseconds / 1_000_000_000, source: "the time of \(path)")
    }
    return (moments + [agent]).max { $0.seconds < $1.seconds }
  }
}
