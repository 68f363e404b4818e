import AgentCore
import AgentHost
import Testing

@testable import AgentPlugins
@testable import AgentText

@Suite struct UnitsPluginTests {
  private static let worker = [
    "/etc/kubernetes/kubelet.conf": "", "/usr/bin/kubelet": "",
    "/var/lib/kubelet/config.yaml": "containerRuntimeEndpoint: unix:///run/crio/crio.sock\n",
  ]
  private static let well = "kubelet.service: {}\ncrio.service: {}\n"

  private func verdicts(
    _ units: String?, files: [String: String] = worker, roles: Set<Role>? = nil, watched: String = ""
  ) async throws -> [VerdictKey: Verdict] {
    let host = try TestHost(files, roles: roles, units: units)
    let node = try Settings.load(text: Array(watched.utf8), file: "nodeagent.yaml")
    let settings = node.decodeChecks(UnitsSettings.self, into: SettingsDiagnostics()).settings
    let plugin = UnitsPlugin(host: host.host, settings: settings)
    let verdicts = plugin.judge(try await plugin.observe(at: TestHost.time))
    #expect(Set(verdicts.map(\.check)) == Set(UnitsPlugin.descriptor.checks.map(\.id)))
    return Dictionary(uniqueKeysWithValues: verdicts.map { ($0.key, $0) })
  }

  private func state(_ unit: String) -> VerdictKey { VerdictKey(check: "units.state", subject: unit) }

  @Test func aWorkerWhoseServicesRunIsWell() async throws {
    let verdicts = try await verdicts(Self.well)
    #expect(verdicts.values.allSatisfy { $0.state == .ok }, "\(verdicts.values.filter { $0.state != .ok })")
    #expect(verdicts.count == 6)
  }

  /// Every way in which a needed service may not run, the words that tell it, and what to type.
  @Test(arguments: [
    (
      "{ActiveState: failed, Result: exit-code, ExecMainCode: 1, ExecMainStatus: 1}", "ended with exit status 1",
      "restart"
    ),
    ("{ActiveState: failed, Result: exit-code, ExecMainCode: 1, ExecMainStatus: 203}", "program is missing", "restart"),
    ("{ActiveState: failed, Result: exit-code, ExecMainCode: 1, ExecMainStatus: 217}", "USER", "restart"),
    ("{ActiveState: failed, Result: signal, ExecMainCode: 2, ExecMainStatus: 9}", "killed by SIGKILL", "restart"),
    ("{ActiveState: failed, Result: core-dump, ExecMainCode: 3, ExecMainStatus: 11}", "crashed (SIGSEGV)", "restart"),
    ("{ActiveState: failed, Result: oom-kill, ExecMainCode: 2, ExecMainStatus: 9}", "memory ran out", "restart"),
    ("{ActiveState: failed, Result: watchdog, ExecMainCode: 2, ExecMainStatus: 6}", "watchdog", "restart"),
    ("{ActiveState: failed, Result: timeout}", "in time", "restart"),
    ("{ActiveState: failed, Result: resources}", "EnvironmentFile", "restart"),
    (
      "{ActiveState: failed, Result: start-limit-hit, ExecMainCode: 1, ExecMainStatus: 2}",
      "no longer starts it; last it ended with exit status 2", "reset-failed"
    ),
    (
      "{ActiveState: failed, Result: exit-code, ExecMainCode: 1, ExecMainStatus: 1, Restart: always, NRestarts: 5}",
      "ended with exit status 1; after 5 restarts systemd no longer starts it", "reset-failed"
    ),
    (
      "{ActiveState: activating, SubState: auto-restart, Result: exit-code, ExecMainCode: 1, ExecMainStatus: 1}",
      "systemd starts it again", "journalctl"
    ),
    ("{ActiveState: inactive}", "is stopped", "systemctl start crio.service"),
    ("{ActiveState: inactive, LoadState: masked, UnitFileState: masked}", "is masked", "unmask"),
    ("{ActiveState: inactive, LoadState: bad-setting}", "unit file is wrong", "verify"),
    ("{ActiveState: deactivating}", "is being stopped", "restart"),
  ]) func aNeededServiceThatDoesNotRunFailsAndSaysWhy(properties: String, words: String, remedy: String) async throws {
    let verdict = try #require(
      try await verdicts("kubelet.service: {}\ncrio.service: \(properties)\n")[state("crio.service")])
    #expect(verdict.state == .failing)
    #expect(verdict.summary.contains(words), "\(verdict.summary)")
    #expect((verdict.remedy ?? UnitsChecks.all[0].remedy).contains(remedy))
    #expect(verdict.lost == [.workloads])
  }

  /// Between boot and its start a service is stopped as well, and nothing is wrong with it.
  @Test(arguments: [
    ("{ActiveState: inactive, Job: 7, StateChangeTimestamp: 1799999990}", CheckState.ok, "about to be started"),
    ("{ActiveState: inactive, Job: 7}", .warning, "waits in systemd's queue"),
    ("{ActiveState: inactive, Job: 0}", .failing, "is stopped"),
    ("{ActiveState: inactive, LoadState: masked, Job: 7}", .failing, "is masked"),
  ]) func aServiceWhoseStartIsQueuedIsNotStopped(properties: String, state: CheckState, words: String) async throws {
    let verdict = try #require(
      try await verdicts("kubelet.service: {}\ncrio.service: \(properties)\n")[self.state("crio.service")])
    #expect(verdict.state == state)
    #expect(verdict.summary.contains(words), "\(verdict.summary)")
  }

  /// Debian's chrony.service is chronyd.service too.
  @Test(arguments: [
    ("chrony.service: {ActiveState: failed}\nchronyd.service: {ActiveState: failed, UnitFileState: alias}", "chrony"),
    ("chrony.service: {ActiveState: failed}\nchronyd.service: {ActiveState: failed, Id: chrony.service}", "chrony"),
    ("chronyd.service: {ActiveState: failed, Id: chronyd.service}\nchrony.service: {Id: chronyd.service}", "chronyd"),
  ]) func aUnitOfTwoNamesIsOneSubject(units: String, name: String) async throws {
    let verdicts = try await verdicts(Self.well + units + "\n")
    let named = verdicts.keys.filter { $0.check == "units.state" && $0.subject.hasPrefix("chrony") }
    #expect(named.map(\.subject) == ["\(name).service"])
    #expect(verdicts[state("\(name).service")]?.state == .failing)
  }

  @Test func twoUnitsAreTwoSubjects() async throws {
    let verdicts = try await verdicts(
      Self.well + "chrony.service: {Id: chrony.service}\nsystemd-timesyncd.service: {ActiveState: failed}\n")
    #expect(verdicts[state("chrony.service")]?.state == .ok)
    #expect(verdicts[state("systemd-timesyncd.service")]?.state == .failing)
  }

  private static let shim = worker.merging([
    "/var/lib/kubelet/config.yaml": "containerRuntimeEndpoint: unix:///var/run/cri-dockerd.sock\n"
  ]) { $1 }

  @Test func theShimOfDockerIsARuntime() async throws {
    let units = "kubelet.service: {}\ndocker.service: {}\ncri-docker.service: "
    let failed = try await verdicts(units + "{ActiveState: failed}\n", files: Self.shim)
    #expect(failed[state("cri-docker.service")]?.state == .failing)
    #expect(failed[state("cri-docker.service")]?.lost == [.workloads])
    let well = try await verdicts(units + "{}\n", files: Self.shim)
    #expect(well.values.allSatisfy { $0.state == .ok })
    // Beside another runtime Docker is nobody's business.
    let other = try await verdicts(Self.well + "docker.service: {ActiveState: failed, UnitFileState: enabled}\n")
    #expect(other[state("docker.service")] == nil)
  }

  private static let balancer = [
    "/etc/keepalived/keepalived.conf": "vrrp_instance A {\n}\n", "/etc/haproxy/haproxy.cfg": "frontend a\n",
  ]
  private static func pod(_ name: String, image: String) -> [String: String] {
    [
      "/etc/kubernetes/manifests/\(name).yaml":
        "kind: Pod\nmetadata: {name: \(name)}\nspec:\n  containers:\n  - {name: \(name), image: \(image)}\n"
    ]
  }

  /// What a static pod or a process does, no unit has to.
  @Test(
    arguments: [
      ([:], "", true), (pod("lb", image: "example.org:5000/osixia/keepalived:2.0.17"), "", false),
      (pod("keepalived", image: "x"), "", false),
      (pod("keepalived-exporter", image: "x/keepalived-exporter"), "", true),
      (["/proc/7/comm": "keepalived\n"], "", false),
      (
        ["/proc/7/comm": "keepalived\n"], "keepalived.service: {ActiveState: inactive, UnitFileState: disabled}\n",
        false
      ),
      ([:], "keepalived.service: {ActiveState: inactive, UnitFileState: disabled}\n", true),
      (pod("keepalived", image: "x"), "keepalived.service: {ActiveState: failed}\n", true),
    ] as [([String: String], String, Bool)]) func whatElseRunsTheProgramTakesTheUnitsPlace(
      files: [String: String], units: String, fails: Bool
    ) async throws
  {
    let verdicts = try await verdicts("haproxy.service: {}\n" + units, files: Self.balancer.merging(files) { $1 })
    #expect((verdicts[state("keepalived.service")]?.state == .failing) == fails)
  }

  @Test func aNeededServiceThatIsNotInstalledFails() async throws {
    let verdict = try #require(try await verdicts("kubelet.service: {}\n")[state("crio.service")])
    #expect(verdict.state == .failing && verdict.summary.contains("unix:///run/crio/crio.sock"))
  }

  @Test(arguments: [
    (Role.loadBalancer, "keepalived.service", Plane.administration),
    (.loadBalancer, "haproxy.service", .administration), (.storage, "nfs-server.service", .storage),
  ]) func aRoleNeedsItsServices(role: Role, unit: String, plane: Plane) async throws {
    let files = ["/etc/keepalived/keepalived.conf": "", "/etc/haproxy/haproxy.cfg": ""]
    let verdict = try #require(
      try await verdicts("\(unit): {ActiveState: inactive}\n", files: files, roles: [role])[state(unit)])
    #expect(verdict.state == .failing && verdict.atRisk == [plane])
  }

  @Test(
    arguments: [
      ("{ActiveState: inactive, UnitFileState: disabled}", nil), ("{ActiveState: inactive, LoadState: masked}", nil),
      ("{ActiveState: inactive}", CheckState.warning), ("{ActiveState: failed, Result: exit-code}", .failing),
      ("{ActiveState: active}", .ok),
    ] as [(String, CheckState?)]) func aServiceThatNobodyNeedsIsToldOnlyWhenItShouldRun(
      properties: String, state expected: CheckState?
    ) async throws
  {
    let found = try await verdicts(Self.well + "containerd.service: \(properties)\n")
    #expect(found[state("containerd.service")]?.state == expected)
  }

  @Test func aKubeletThatHasNotJoinedIsNotReported() async throws {
    let loop = "{ActiveState: activating, SubState: auto-restart, Result: exit-code, NRestarts: 57, ExecMainStatus: 1}"
    let found = try await verdicts("kubelet.service: \(loop)\n", files: ["/usr/bin/kubelet": ""])
    #expect(found.values.allSatisfy { $0.state == .skipped }, "\(found)")
    #expect(found[state("kubelet.service")]?.summary.contains("not joined yet") == true)
  }

  @Test(arguments: [
    ("enabled", CheckState.ok), ("enabled-runtime", .ok), ("static", .ok), ("indirect", .ok), ("generated", .ok),
    ("disabled", .warning), ("masked", .warning), ("linked", .warning),
  ]) func whatRunsAndIsNotEnabledIsGoneAfterAReboot(file: String, state: CheckState) async throws {
    let found = try await verdicts("crio.service: {}\nkubelet.service: {UnitFileState: \(file)}\n")
    let verdict = try #require(found[VerdictKey(check: "units.enabled", subject: "kubelet.service")])
    #expect(verdict.state == state)
    #expect(verdict.lost == [] && verdict.atRisk == [.workloads])
  }

  @Test(arguments: [
    ("{NRestarts: 2, SubState: auto-restart, ActiveState: activating}", CheckState.ok),
    ("{NRestarts: 3, SubState: auto-restart, ActiveState: activating}", .warning),
    ("{NRestarts: 57, SubState: auto-restart, ActiveState: activating}", .failing),
    // one minute ago, against three hours
    ("{NRestarts: 57, ActiveEnterTimestamp: 1799999940}", .failing),
    ("{NRestarts: 57, ActiveEnterTimestamp: 1799989200}", .ok),
  ]) func oneLookTellsALoopFromOldRestarts(properties: String, state: CheckState) async throws {
    let found = try await verdicts("crio.service: {}\nkubelet.service: \(properties)\n")
    #expect(found[VerdictKey(check: "units.restarts", subject: "kubelet.service")]?.state == state)
  }

  @Test func configuredUnitsAreNeeded() async throws {
    let found = try await verdicts(
      Self.well + "tunnel@home.service: {ActiveState: failed, Result: signal, ExecMainCode: 2, ExecMainStatus: 9}\n",
      watched: "units.state: {watch: [tunnel@home.service]}\n")
    #expect(found[state("tunnel@home.service")]?.state == .failing)
    #expect(found[state("tunnel@home.service")]?.lost == [])
  }

  @Test func whatSystemdDoesNotTellIsUnknownOnce() async throws {
    let found = try await verdicts(nil)
    #expect(found.count == 3 && found.values.allSatisfy { $0.state == .unknown })
  }

  @Test func theLogOfAServiceThatFailedIsShown() async throws {
    let found = try await verdicts(
      "kubelet.service: {}\ncrio.service: {ActiveState: failed, Result: exit-code, Log: [first, 'http://***@x']}\n")
    #expect(found[state("crio.service")]?.evidence.contains(Evidence("journal", "first")) == true)
  }

  @Test func metricsSpeakOfUnitsThatExistOrAreNeeded() async throws {
    let host = try TestHost(
      Self.worker,
      units: "kubelet.service: {NRestarts: 4, MemoryCurrent: 1024}\nhaproxy.service: {ActiveState: failed}\n")
    let plugin = UnitsPlugin(host: host.host, settings: .defaults)
    let families = plugin.metrics(try await plugin.observe(at: TestHost.time))
    let values = { (name: MetricName) in
      Dictionary(
        uniqueKeysWithValues: families.filter { $0.name == name }.flatMap(\.samples).map {
          ($0.labels[0].value, $0.value)
        })
    }
    #expect(values("nodeagent_unit_state") == ["kubelet.service": 1, "crio.service": 6, "haproxy.service": 4])
    #expect(values("nodeagent_unit_restarts_total") == ["kubelet.service": 4, "haproxy.service": 0])
    #expect(values("nodeagent_unit_memory_bytes") == ["kubelet.service": 1024])
    #expect(values("nodeagent_unit_enabled") == ["kubelet.service": 1, "haproxy.service": 1])
  }
}

@Suite struct RestartWindowTests {
  private func time(_ seconds: Int) -> HostTime {
    TestHost.time.advanced(by: .seconds(seconds))
  }

  @Test func restartsAreCountedOverTenMinutesOnly() {
    let window = RestartWindow()
    let unit = UnitName(service: "crio")
    #expect(window.add(unit, restarts: 40, at: time(0)) == nil)
    #expect(window.add(unit, restarts: 43, at: time(60)) == RestartWindow.Count(restarts: 3, over: .seconds(60)))
    #expect(window.add(unit, restarts: 45, at: time(500))?.restarts == 5)
    // The three of the first minute are older than ten minutes now.
    #expect(window.add(unit, restarts: 45, at: time(700))?.restarts == 2)
    #expect(window.add(unit, restarts: 45, at: time(1200))?.restarts == 0)
  }

  @Test func unitsDoNotMixAndSamplesAreBounded() {
    let window = RestartWindow()
    for step in 0..<1000 { _ = window.add(UnitName(service: "crio"), restarts: UInt64(step), at: time(0)) }
    #expect(window.add(UnitName(service: "crio"), restarts: 1000, at: time(0))?.restarts == 1000)
    #expect(window.add(UnitName(service: "kubelet"), restarts: 7, at: time(0)) == nil)
  }
}
