import AgentCore
import AgentHost
import Testing

@testable import AgentPlugins

@Suite struct TimeJudgeTests {
  private static let chrony = Fact.known(TimeService.chronyd, source: "/proc")

  private func judge(
    _ clock: Fact<KernelClock>, service: Fact<TimeService> = chrony, uptime: Int64 = 3600,
    wall: Int64 = 1_800_000_000, past: PastMoment? = nil, isInstalled: Bool = false, packages: PackageManager? = nil
  ) -> Verdict {
    let time = HostTime(wallNanoseconds: wall * 1_000_000_000, bootNanoseconds: uptime * 1_000_000_000)
    let observation = TimeObservation(
      takenAt: time, clock: clock, service: service, isInstalled: isInstalled, packages: packages, past: past)
    return TimeJudge(observation).verdict
  }

  private func clock(_ maxerror: Int, status: Int = 0x2001) -> Fact<KernelClock> {
    .known(KernelClock(maxerror: maxerror, status: status), source: "adjtimex(2)")
  }

  /// 2048 s between two answers, systemd-timesyncd's longest pause, are 1 024 000 us.
  @Test(arguments: [
    (0, CheckState.ok), (500, .ok), (1_000_001, .ok), (1_024_500, .ok), (1_100_000, .ok), (1_100_001, .warning),
    (15_999_999, .warning), (16_000_000, .failing), (17_000_000, .failing), (Int.max, .failing),
  ]) func theErrorDecides(maxerror: Int, state: CheckState) {
    #expect(judge(clock(maxerror)).state == state)
  }

  @Test(arguments: [0, 0x40, 0x2001, 0x2041]) func theStatusDoesNot(status: Int) {
    #expect(judge(clock(500, status: status)).state == .ok)
    #expect(judge(clock(16_000_000, status: status)).state == .failing)
  }

  @Test(arguments: [
    (0, "1 ms"), (999, "1 ms"), (1000, "1 ms"), (1001, "2 ms"), (12_345, "13 ms"), (999_999, "1000 ms"),
    (1_000_000, "1.0 s"), (1_000_001, "1.1 s"),
  ]) func whatMayBeOffIsRoundedUp(maxerror: Int, text: String) {
    #expect(judge(clock(maxerror)).summary == "synchronised by chronyd, at most \(text) off")
  }

  @Test func aWarningTellsForHowLongNothingCorrectedTheClock() {
    let verdict = judge(clock(2_400_000))
    #expect(
      verdict.summary
        == "the clock may be 2.4 s off: not corrected for up to 80 min; chronyd runs but does not correct it")
    #expect(verdict.remedy == "systemctl restart chronyd && chronyc waitsync 6; chronyc -n sources")
  }

  @Test func aHostThatHasJustBootedGetsTime() {
    #expect(judge(clock(16_000_000), uptime: 599).state == .skipped)
    #expect(judge(clock(16_000_000), uptime: 599).summary.hasPrefix("not synchronised yet, 599 s after boot"))
    #expect(judge(clock(16_000_000), service: .absent, uptime: 599).state == .warning)
    #expect(judge(clock(16_000_000), uptime: 600).state == .failing)
    #expect(judge(clock(16_000_000), service: .absent, uptime: 600).state == .failing)
  }

  @Test func theServiceThatRunsIsNamedAndItsCommandGiven() {
    for service in TimeService.allCases {
      let verdict = judge(clock(16_000_000), service: .known(service, source: "/proc"))
      #expect(verdict.summary.contains("\(service.title) runs but does not correct it"))
      #expect(verdict.remedy == service.remedy)
      #expect(service.rawValue.utf8.count <= 15, "a process's name has at most 15 bytes")
    }
    #expect(Set(TimeService.allCases.map(\.remedy)).count == TimeService.allCases.count)
  }

  @Test func withoutServiceOneIsSwitchedOnOrInstalled() {
    let remedy = { (isInstalled: Bool, packages: PackageManager?) in
      judge(clock(16_000_000), service: .absent, isInstalled: isInstalled, packages: packages).remedy
    }
    #expect(remedy(true, .dnf) == "timedatectl set-ntp true")
    #expect(remedy(false, .apt) == "apt-get install -y systemd-timesyncd")
    #expect(remedy(false, .dnf) == "dnf install -y chrony && systemctl enable --now chronyd")
    #expect(remedy(false, nil) == nil, "the check's own then")
    #expect(judge(clock(500), service: .absent).summary == "synchronised, at most 1 ms off")
    #expect(judge(clock(16_000_000), service: .absent).summary.contains("nothing that corrects it runs"))
  }

  @Test func whatCannotBeSeenIsUnknownAndAnUnseenServiceIsNotCalledMissing() {
    #expect(judge(.absent).state == .unknown)
    #expect(judge(.absent).summary == "adjtimex(2): not recorded")
    let denied = judge(.unreadable(FileError("adjtimex(2)", .permissionDenied)))
    #expect(denied.state == .unknown)
    #expect(denied.summary == "adjtimex(2): permission denied")
    let unseen = judge(clock(16_000_000), service: .unreadable(FileError("/proc", .permissionDenied)))
    #expect(unseen.state == .failing)
    #expect(unseen.summary.contains("what corrects it cannot be seen (/proc: permission denied)"))
    #expect(judge(clock(16_000_000), service: .unreadable(FileError("/proc", .notFound)), uptime: 5).state == .skipped)
  }

  @Test func aClockBehindAMomentThatIsOverFailsWhateverTheKernelSays() {
    let past = PastMoment(seconds: 1_767_225_600, source: "the time of /usr/lib/clock-epoch")
    let verdict = judge(clock(500), wall: 60, past: past)
    #expect(verdict.state == .failing)
    #expect(
      verdict.summary
        == "the clock stands at 1970-01-01, before 2026-01-01 (the time of /usr/lib/clock-epoch): certificates are not "
        + "valid yet, the node is cut off")
    #expect(judge(.absent, wall: 60, past: past).state == .failing)
    #expect(judge(clock(16_000_000), uptime: 5, wall: 60, past: past).state == .failing)
    // A file that was touched between the two looks, or by a clock that was a little ahead.
    #expect(judge(clock(500), wall: past.seconds - 86_400, past: past).state == .ok)
    #expect(judge(clock(500), wall: past.seconds - 86_401, past: past).state == .failing)
  }

  @Test func theEvidenceHasTheKernelsOwnWords() {
    let loop = KernelClock(maxerror: 500, esterror: 10, offset: -2500, status: 0x2041, state: 5, tai: 37)
    #expect(
      judge(.known(loop, source: "adjtimex(2)")).evidence == [
        Evidence(
          "adjtimex(2)",
          "state=5 status=8257 (STA_UNSYNC) maxerror=500 us esterror=10 us offset=-2 us tai=37"),
        Evidence("/proc", "chronyd"),
      ])
    #expect(judge(clock(500, status: 0)).evidence.first?.value.contains("offset") == false)
  }

  @Test func aStepOfTheClockIsNotAnnouncedButItsMendingIs() {
    #expect(TimeChecks.all.map(\.timing) == [CheckTiming(hold: .lasting(.seconds(600)), clear: .none)])
  }
}
