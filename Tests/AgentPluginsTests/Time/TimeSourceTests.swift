import AgentCore
import AgentHost
import Foundation
import Testing

@testable import AgentPlugins

@Suite struct TimeSourceTests {
  private static let synchronised = KernelClock(maxerror: 500, status: 0x2001)
  /// 2026-01-01, before which nobody ran this agent.
  private static let agent: Int64 = 1_767_225_600

  @Test(
    arguments: [
      (["chronyd"], TimeService.chronyd), (["systemd-timesyn"], .timesyncd), (["ntpd"], .ntpd),
      (["ntp-daemon"], .ntpDaemon), (["phc2sys"], .phc2sys), (["kubelet", "ntpd", "chronyd"], .chronyd),
      (["systemd-timesyncd", "chronyc", "ntpd2"], nil), ([], nil),
    ] as [([String], TimeService?)]) func servicesAreKnownByTheNameOfTheirProcess(
      names: [String], service: TimeService?
    )
    async throws
  {
    let files = names.enumerated().map { ("/proc/\($0.offset + 10)/comm", $0.element + "\n") }
    let host = try TestHost(
      Dictionary(uniqueKeysWithValues: files + [("/proc/uptime", "1 1\n")]), kernelClock: Self.synchronised)
    let observation = try await TimePlugin(host: host.host).observe(at: TestHost.time)
    #expect(observation.service == service.map { .known($0, source: "/proc") } ?? .absent)
    #expect(observation.clock.value == Self.synchronised)
    #expect(observation.takenAt == TestHost.time)
  }

  private static let unseen = Result<ProcessTable, FileError>.failure(FileError("/proc", .notFound))

  @Test func whatCanBeSwitchedOnOrInstalledIsLookedUp() throws {
    let read = { (files: [String: String]) throws in
      let host = try TestHost(files)
      return TimeSource.read(
        host.files, clock: .absent, processes: Self.unseen, mode: .recorded, at: TestHost.time)
    }
    #expect(try read(["/usr/lib/systemd/ntp-units.d/50-chrony.list": "chrony.service\n"]).isInstalled)
    #expect(try !read(["/usr/lib/systemd/ntp-units.d/": ""]).isInstalled)
    #expect(try read(["/var/lib/dpkg/status": "", "/usr/bin/dnf": ""]).packages == .apt)
    #expect(try read(["/usr/bin/dnf": ""]).packages == .dnf)
    #expect(try read([:]).packages == nil)
  }

  private func past(_ files: [String: Int64], mode: HostRoot.Mode, clock: Fact<KernelClock>) throws -> PastMoment? {
    let host = try TestHost(files.mapValues { _ in "" })
    for (path, seconds) in files {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: Double(seconds))], ofItemAtPath: host.directory + path)
    }
    return TimeSource.read(host.files, clock: clock, processes: Self.unseen, mode: mode, at: TestHost.time).past
  }

  @Test func theLatestStampOfALiveHostIsOver() throws {
    let late = Self.agent + 90_000_000
    let found = try past(
      ["/usr/lib/clock-epoch": 5, "/var/lib/systemd/timesync/clock": late, "/etc/fake-hwclock.data": late - 1],
      mode: .live, clock: .absent)
    #expect(found == PastMoment(seconds: late, source: "the time of /var/lib/systemd/timesync/clock"))
    #expect(try past([:], mode: .live, clock: .absent)?.seconds == Self.agent)
    #expect(try past(["/usr/lib/clock-epoch": 5], mode: .live, clock: .absent)?.seconds == Self.agent)
  }

  @Test func theFilesOfARecordedHostAreAsOldAsTheirCopy() throws {
    let files = ["/usr/lib/clock-epoch": Self.agent + 90_000_000]
    let recorded = Fact.known(Self.synchronised, source: "adjtimex(2)")
    #expect(try past(files, mode: .recorded, clock: recorded)?.seconds == Self.agent)
    #expect(try past(files, mode: .recorded, clock: .absent) == nil)
  }

  @Test func everyRoleIsJudgedAndABareHostIsUnknown() async throws {
    for role in Role.allCases {
      let host = try TestHost(["/proc/7/comm": "chronyd\n"], roles: [role], kernelClock: Self.synchronised)
      let plugin = TimePlugin(host: host.host)
      #expect(plugin.judge(try await plugin.observe(at: TestHost.time)).map(\.state) == [.ok])
    }
    for host in [try TestHost.empty(), try TestHost.forbidden()] {
      let plugin = TimePlugin(host: host.host)
      #expect(plugin.judge(try await plugin.observe(at: TestHost.time)).map(\.state) == [.unknown])
    }
  }
}
