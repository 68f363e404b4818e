import AgentCore
import AgentHost
import Testing

@testable import AgentPlugins
@testable import AgentText

/// An observation of a host with SELinux in its kernel, and a policy.
private func observation(
  enforce: Fact<String> = .known("1", source: SELinuxFacts.enforcePath),
  isInKernel: Fact<Bool> = .known(true, source: SELinuxFacts.fileSystemsPath), label: Fact<String> = .absent,
  config: String? = "SELINUX=enforcing\n", line: String = "", hasPolicy: Bool = true,
  containerPolicy: Fact<String> = .known("m", source: "m"), hasKubelet: Bool = true, tools: SELinuxTools = .init()
) -> SELinuxObservation {
  SELinuxObservation(
    takenAt: TestHost.time, facts: SELinuxFacts(enforce: enforce, isInKernel: isInKernel, label: label),
    config: config.map { .known(SELinuxConfig(Array($0.utf8)), source: SELinuxConfig.path) } ?? .absent,
    words: .known(SELinuxBootWords(BootCommandLine(line)), source: BootCommandLine.path),
    policy: hasPolicy ? .known("p", source: "p") : .absent, containerPolicy: containerPolicy, hasKubelet: hasKubelet,
    tools: tools)
}

/// How SELinux stands now, by name.
private enum Now: String, CaseIterable {
  case enforcing, permissive, disabled, absent, hidden

  func observation(
    config: String? = nil, hasPolicy: Bool = true, containerPolicy: Fact<String> = .known("m", source: "m"),
    hasKubelet: Bool = true
  ) -> SELinuxObservation {
    let enforce: Fact<String> =
      switch self {
      case .enforcing: .known("1", source: "e")
      case .permissive: .known("0", source: "e")
      case .disabled, .absent, .hidden: .absent
      }
    return AgentPluginsTests.observation(
      enforce: enforce, isInKernel: .known(self != .absent, source: "f"),
      label: .known(self == .disabled ? "kernel" : "u:r:t:s0", source: "l"), config: self == .absent ? nil : config,
      hasPolicy: hasPolicy, containerPolicy: containerPolicy, hasKubelet: hasKubelet)
  }
}

private func persistent(_ observation: SELinuxObservation, expect: SELinuxMode? = nil) -> Verdict {
  SELinuxPersistenceJudge(observation: observation, expect: expect).verdict
}

private func mode(_ observation: SELinuxObservation, expect: SELinuxMode? = nil) -> Verdict {
  SELinuxModeJudge(observation: observation, expect: expect).verdict
}

@Suite struct SELinuxModeJudgeTests {
  /// Every state by every expectation (none, disabled, permissive, enforcing), where containers have their rules.
  private static let table: [Now: [CheckState]] = [
    .enforcing: [.ok, .warning, .warning, .ok], .permissive: [.ok, .warning, .ok, .warning],
    .disabled: [.ok, .ok, .warning, .warning], .absent: [.skipped, .skipped, .skipped, .warning],
    .hidden: [.unknown, .unknown, .unknown, .unknown],
  ]

  @Test func everyStateByEveryExpectation() {
    for now in Now.allCases {
      let states = ([nil] + SELinuxMode.allCases).map { mode(now.observation(), expect: $0).state }
      #expect(states == Self.table[now], "\(now)")
    }
  }

  /// The rules for containers matter where SELinux enforces as it may, and a kubelet belongs on the host.
  @Test func containerPolicyMattersOnlyWhereItIsEnforcedUponPods() {
    let error = FileError("/var/lib/selinux/targeted/active", .permissionDenied)
    for now in Now.allCases {
      for expect in [nil] + SELinuxMode.allCases {
        for hasKubelet in [true, false] {
          let matters = hasKubelet && now == .enforcing && (expect == nil || expect == .enforcing)
          let usual = mode(now.observation(hasKubelet: hasKubelet), expect: expect).state
          let lacking = now.observation(containerPolicy: .absent, hasKubelet: hasKubelet)
          #expect(mode(lacking, expect: expect).state == (matters ? .warning : usual))
          let hidden = now.observation(containerPolicy: .unreadable(error), hasKubelet: hasKubelet)
          #expect(mode(hidden, expect: expect).state == (matters ? .unknown : usual))
        }
      }
    }
  }

  @Test func theModeIsInTheSummary() {
    #expect(mode(Now.enforcing.observation(hasKubelet: false)).summary == "SELinux is enforcing")
    #expect(mode(Now.permissive.observation()).summary == "SELinux is permissive: breaches are logged, not denied")
    #expect(mode(Now.absent.observation()).summary == "no SELinux on this host")
    #expect(
      mode(Now.disabled.observation(), expect: .permissive).summary
        == "SELinux is disabled, not permissive: files get no labels, and setenforce cannot switch it on")
    #expect(mode(Now.hidden.observation()).summary.contains("/sys/fs/selinux/enforce is not mounted here"))
  }

  @Test func theRemedyCanBeTyped() {
    #expect(mode(Now.enforcing.observation(), expect: .permissive).remedy == "setenforce 0")
    #expect(mode(Now.permissive.observation(), expect: .enforcing).remedy == "setenforce 1")
    #expect(
      mode(Now.disabled.observation(config: "SELINUX=disabled\n"), expect: .enforcing).remedy
        == "sed -i.bak 's/^SELINUX=.*/SELINUX=permissive/' /etc/selinux/config; touch /.autorelabel; reboot")
    let grubby = SELinuxTools(hasGrubby: true, installer: "dnf install -y")
    #expect(
      mode(observation(tools: grubby), expect: .disabled).remedy
        == "grubby --update-kernel=ALL --args=selinux=0; reboot")
    #expect(
      mode(observation(), expect: .disabled).remedy
        == "sed -i.bak 's/^GRUB_CMDLINE_LINUX=\"/&selinux=0 /' /etc/default/grub; update-grub; reboot")
    #expect(
      mode(observation(containerPolicy: .absent, tools: grubby)).remedy == "dnf install -y container-selinux")
    #expect(mode(observation(containerPolicy: .absent)).remedy == nil)
  }
}

@Suite struct SELinuxPersistenceJudgeTests {
  /// The next boot in the columns: enforcing, permissive, disabled, halts, hidden.
  private static let states: [Character: CheckState] = [
    "o": .ok, "w": .warning, "u": .unknown, "s": .skipped,
  ]

  private func row(_ now: Now, _ expect: SELinuxMode?) -> [CheckState] {
    let modes = ["enforcing", "permissive", "disabled"].map { now.observation(config: "SELINUX=\($0)\n") }
    let halts = now.observation(config: "SELINUX=enforcing\n", hasPolicy: false)
    var hidden = now.observation(config: "")
    if now != .absent { hidden.config = .unreadable(FileError(SELinuxConfig.path, .permissionDenied)) }
    return (modes + [halts, hidden]).map { persistent($0, expect: expect).state }
  }

  @Test(
    arguments: [
      (nil, .enforcing, "owwwu"), (nil, .permissive, "wowwu"), (nil, .disabled, "wwowu"), (nil, .absent, "sssss"),
      (nil, .hidden, "uuuwu"),
      (.enforcing, .enforcing, "owwwu"), (.enforcing, .permissive, "owwwu"), (.enforcing, .disabled, "owwwu"),
      (.enforcing, .absent, "sssss"), (.enforcing, .hidden, "owwwu"),
      (.permissive, .enforcing, "wowwu"), (.permissive, .permissive, "wowwu"), (.permissive, .disabled, "wowwu"),
      (.permissive, .absent, "sssss"), (.permissive, .hidden, "wowwu"),
      (.disabled, .enforcing, "wwowu"), (.disabled, .permissive, "wwowu"), (.disabled, .disabled, "wwowu"),
      (.disabled, .absent, "sssss"), (.disabled, .hidden, "wwowu"),
    ] as [(SELinuxMode?, Now, String)])
  private func everyStateByEveryNextBoot(expect: SELinuxMode?, now: Now, expected: String) {
    #expect(row(now, expect) == expected.compactMap { Self.states[$0] })
  }

  @Test func permissiveNowAndEnforcingLaterSaysWhatItMeans() {
    let verdict = persistent(Now.permissive.observation(config: "SELINUX=enforcing\n"))
    #expect(
      verdict.summary
        == "SELinux is permissive now, enforcing after a reboot, where what is only logged now is denied: "
        + "/etc/selinux/config:1 says so")
    #expect(verdict.remedy == "sed -i.bak 's/^SELINUX=.*/SELINUX=permissive/' /etc/selinux/config")
    #expect(verdict.evidence.contains(Evidence("/etc/selinux/config:1", "SELINUX=enforcing")))
  }

  @Test func theCommandLineIsNamedAndMended() {
    let verdict = persistent(observation(line: "ro enforcing=0", tools: SELinuxTools(hasGrubby: true)))
    #expect(verdict.state == .warning)
    #expect(verdict.summary.hasSuffix(": enforcing= on the kernel's command line decides"))
    #expect(verdict.remedy == "grubby --update-kernel=ALL --remove-args=enforcing=0")
    #expect(verdict.evidence.contains(Evidence("/proc/cmdline", "enforcing=0")))
    #expect(
      persistent(observation(line: "enforcing=0")).remedy
        == "sed -i.bak 's/ *enforcing=0//' /etc/default/grub; update-grub")
  }

  @Test func aValueInQuotesIsNotUnderstood() {
    let verdict = persistent(observation(config: "SELINUX=\"enforcing\"\n"))
    #expect(verdict.state == .warning)
    #expect(
      verdict.summary == "SELinux is enforcing now, permissive after a reboot, where breaches are only logged: "
        + "/etc/selinux/config:1 is not understood, and nothing else says")
    #expect(verdict.remedy == "echo SELINUX=enforcing >> /etc/selinux/config")
  }

  @Test func aBootThatWouldStopIsForetold() {
    let verdict = persistent(observation(config: "SELINUX=enforcing\nSELINUXTYPE=mls\n", hasPolicy: false))
    #expect(
      verdict.summary == "the next boot stops: it is to be enforcing, and there is no policy in /etc/selinux/mls/policy"
    )
    #expect(verdict.remedy == "sed -i.bak 's/^SELINUX=.*/SELINUX=permissive/' /etc/selinux/config")
  }

  @Test func disabledNowAndLaterIsWell() {
    let off = observation(
      enforce: .absent, isInKernel: .known(false, source: "/proc/filesystems"), line: "selinux=0")
    #expect(mode(off).state == .ok)
    #expect(
      persistent(off).summary == "SELinux is disabled after a reboot too: selinux=0 is on the kernel's command line")
    let other = observation(enforce: .absent, isInKernel: .known(false, source: "/proc/filesystems"))
    #expect(persistent(other).summary == "SELinux is disabled after a reboot too: the kernel starts without it")
    #expect(persistent(other, expect: .enforcing).remedy?.contains("security=selinux") == true)
    #expect(
      persistent(off, expect: .permissive).remedy
        == "sed -i.bak 's/ *selinux=0//' /etc/default/grub; update-grub; "
        + "sed -i.bak 's/^SELINUX=.*/SELINUX=permissive/' /etc/selinux/config; touch /.autorelabel")
  }

  @Test func aPolicyThatIsNotInstalledIsTheRemedy() {
    let bare = observation(
      enforce: .absent, label: .known("kernel", source: "l"), config: "SELINUX=permissive\nSELINUXTYPE=default\n",
      hasPolicy: false)
    #expect(mode(bare, expect: .permissive).state == .warning)
    #expect(
      persistent(bare, expect: .permissive).remedy == "apt-get install -y selinux-policy-default; touch /.autorelabel")
  }
}

@Suite struct SELinuxPluginTests {
  private static let fedora = [
    "/sys/fs/selinux/enforce": "1", "/proc/filesystems": "nodev\tsysfs\nnodev\tselinuxfs\n",
    "/etc/selinux/config": "SELINUX=enforcing\nSELINUXTYPE=targeted\n", "/etc/selinux/targeted/policy/policy.33": "x",
    "/proc/cmdline": "BOOT_IMAGE=/vmlinuz ro crashkernel=1G\n",
    "/var/lib/selinux/targeted/active/modules/200/container/cil": "",
    "/var/lib/selinux/targeted/active/modules/100/base/cil": "", "/usr/sbin/grubby": "", "/usr/bin/dnf": "",
  ]
  private static let debian = [
    "/proc/filesystems": "nodev\tsysfs\n\text4\n", "/proc/cmdline": "ro quiet\n", "/etc/selinux/semanage.conf": "",
  ]

  private func look(
    _ contents: [String: String], forbidden: [String] = [], roles: Set<Role> = [.worker], settings: String = ""
  ) async throws -> (verdicts: [Verdict], metrics: [String: Double]) {
    let test = try TestHost(contents, forbidden: forbidden, roles: roles)
    let node = try SettingsNode(top: YAMLParser.document(Array(settings.utf8)), file: "test.yaml")
    let decoded = node.decodeChecks(SELinuxSettings.self, into: SettingsDiagnostics()).settings
    let plugin = SELinuxPlugin(host: test.host, settings: decoded)
    let observation = try await plugin.observe(at: TestHost.time)
    let samples = plugin.metrics(observation).flatMap { family in
      family.samples.map { (family.name.description, $0.value) }
    }
    return (plugin.judge(observation), Dictionary(uniqueKeysWithValues: samples))
  }

  private func states(_ verdicts: [Verdict]) -> [CheckState] { verdicts.map(\.state) }

  @Test func fedoraIsWell() async throws {
    let (verdicts, metrics) = try await look(Self.fedora)
    #expect(states(verdicts) == [.ok, .ok])
    #expect(verdicts[0].summary == "SELinux is enforcing, with rules for containers")
    #expect(metrics == ["nodeagent_selinux_mode": 2, "nodeagent_selinux_config_mode": 2])
  }

  @Test func debianWithoutSELinuxIsSkipped() async throws {
    let (verdicts, metrics) = try await look(Self.debian)
    #expect(states(verdicts) == [.skipped, .skipped])
    #expect(metrics == ["nodeagent_selinux_mode": -1, "nodeagent_selinux_config_mode": -1])
  }

  @Test func theExpectationIsRead() async throws {
    let (verdicts, _) = try await look(Self.fedora, settings: "{selinux.mode: {expect: permissive}}")
    #expect(states(verdicts) == [.warning, .warning])
    #expect(verdicts[0].remedy == "setenforce 0")
    #expect(verdicts[1].remedy == "sed -i.bak 's/^SELINUX=.*/SELINUX=permissive/' /etc/selinux/config")
  }

  @Test func aMissingContainerModuleWarnsOnlyWhereAKubeletBelongs() async throws {
    var host = Self.fedora
    host["/var/lib/selinux/targeted/active/modules/200/container/cil"] = nil
    #expect(states(try await look(host).verdicts) == [.warning, .ok])
    #expect(try await look(host).verdicts[0].remedy == "dnf install -y container-selinux")
    #expect(states(try await look(host, roles: [.storage]).verdicts) == [.ok, .ok])
    // Ostree systems keep the store in /etc.
    host["/etc/selinux/targeted/active/modules/400/container/cil"] = ""
    #expect(states(try await look(host).verdicts) == [.ok, .ok])
  }

  @Test func aModuleThatIsSwitchedOffDoesNotCount() async throws {
    let host = Self.fedora.merging(["/var/lib/selinux/targeted/active/modules/disabled/container": ""]) { $1 }
    #expect(states(try await look(host).verdicts) == [.warning, .ok])
  }

  @Test func aStoreThatIsNotToBeSeenIsAskedOfThePackage() async throws {
    let store = "/var/lib/selinux/targeted/active"
    let (verdicts, _) = try await look(Self.fedora, forbidden: [store])
    #expect(states(verdicts) == [.unknown, .ok])
    #expect(verdicts[0].evidence.contains(Evidence(store + "/modules", "permission denied")))
    let packaged = Self.fedora.merging(["/usr/share/selinux/packages/targeted/container.pp.bz2": ""]) { $1 }
    #expect(states(try await look(packaged, forbidden: [store]).verdicts) == [.ok, .ok])
  }

  /// A container of an enforcing host has no selinuxfs.
  @Test func withoutSelinuxfsAnEnforcingHostIsNotCalledDisabled() async throws {
    var host = Self.fedora
    host["/sys/fs/selinux/enforce"] = nil
    host["/proc/self/attr/current"] = "system_u:system_r:spc_t:s0\0"
    let (verdicts, metrics) = try await look(host)
    #expect(states(verdicts) == [.unknown, .unknown])
    #expect(metrics == ["nodeagent_selinux_config_mode": 2])
  }

  /// RHEL 9 with SELINUX=disabled: the kernel has SELinux on, no policy is loaded, selinuxfs is not mounted.
  @Test func disabledInTheFileIsDisabled() async throws {
    var host = Self.fedora.merging(["/etc/selinux/config": "SELINUX=disabled\n"]) { $1 }
    host["/sys/fs/selinux/enforce"] = nil
    host["/proc/self/attr/current"] = "kernel\0"
    let (verdicts, metrics) = try await look(host)
    #expect(states(verdicts) == [.ok, .ok])
    #expect(metrics == ["nodeagent_selinux_mode": 0, "nodeagent_selinux_config_mode": 0])
  }

  @Test func aPolicyOfAnotherNameIsMissed() async throws {
    let host = Self.fedora.merging([
      "/etc/selinux/config": "SELINUX=enforcing\nSELINUXTYPE=mls\n", "/etc/selinux/mls/policy/README": "",
    ]) { $1 }
    let (verdicts, _) = try await look(host)
    #expect(verdicts[1].summary.hasPrefix("the next boot stops"))
  }

  @Test func whatIsNotToBeSeenIsUnknown() async throws {
    for (test, expect) in [
      (try TestHost.empty(), nil), (try TestHost.forbidden(), nil), (try TestHost.empty(), .permissive),
    ] as [(TestHost, SELinuxMode?)] {
      let plugin = SELinuxPlugin(host: test.host, settings: SELinuxSettings(expect: expect))
      let observation = try await plugin.observe(at: TestHost.time)
      #expect(plugin.judge(observation).map(\.check) == SELinuxPlugin.descriptor.checks.map(\.id))
      #expect(states(plugin.judge(observation)) == [.unknown, .unknown])
    }
    let (verdicts, metrics) = try await look(Self.fedora, forbidden: ["/sys/fs/selinux", "/etc/selinux/config"])
    #expect(states(verdicts) == [.unknown, .unknown])
    #expect(metrics == [:])
    #expect(verdicts[1].summary.contains("/etc/selinux/config: permission denied"))
  }
}
