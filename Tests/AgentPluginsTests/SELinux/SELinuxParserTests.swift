import AgentHost
import Testing

@testable import AgentPlugins

@Suite struct SELinuxConfigTests {
  /// The file as Fedora installs it, shortened.
  private static let fedora = """
    # This file controls the state of SELinux on the system.
    # SELINUX= can take one of these three values:
    #     enforcing - SELinux security policy is enforced.
    SELINUX=enforcing
    # SELINUXTYPE= can take one of these three values:
    SELINUXTYPE=targeted


    """

  @Test func readsWhatFedoraInstalls() {
    let config = SELinuxConfig(Array(Self.fedora.utf8))
    #expect(config.mode == .enforcing)
    #expect(config.modeLine?.source == "/etc/selinux/config:4")
    #expect(config.type == "targeted")
    #expect(config.misread == nil)
  }

  /// As selinux_getenforcemode() compares: the tag at the beginning of the line, the value by how it begins, the first
  /// line that is understood wins.
  @Test(
    arguments: [
      ("SELINUX=permissive", .permissive, 1), ("SELINUX=Disabled", .disabled, 1),
      ("SELINUX=ENFORCING\r\n", .enforcing, 1),
      ("SELINUX= \tpermissive", .permissive, 1), ("SELINUX=enforcing # as the auditor wants", .enforcing, 1),
      ("SELINUX=enforcingly", .enforcing, 1), ("SELINUX=permissive\nSELINUX=enforcing", .permissive, 1),
      ("SELINUX=maybe\nSELINUX=enforcing", .enforcing, 2), ("#SELINUX=enforcing\nSELINUX=disabled\n", .disabled, 2),
      ("SELINUX=\"enforcing\"", nil, nil), (" SELINUX=enforcing", nil, nil), ("selinux=enforcing", nil, nil),
      ("SELINUX = enforcing", nil, nil), ("SELINUX=", nil, nil), ("SELINUX=perm", nil, nil), ("", nil, nil),
      ("SELINUX=\0enforcing", nil, nil), ("\0SELINUX=enforcing", nil, nil), ("export SELINUX=enforcing", nil, nil),
      ("SELINUXTYPE=enforcing", nil, nil), ("SELINUX=\nenforcing", nil, nil),
    ] as [(String, SELinuxMode?, Int?)])
  func theModeIsTakenAsLibselinuxTakesIt(text: String, mode: SELinuxMode?, line: Int?) {
    let config = SELinuxConfig(Array(text.utf8))
    #expect(config.mode == mode)
    #expect(config.modeLine?.number == line)
  }

  @Test(arguments: [
    ("SELINUX=\"enforcing\"", 1), ("#\n SELINUX=enforcing", 2), ("selinux=enforcing", 1), ("SELINUX = enforcing", 1),
    ("SELINUX=maybe\nSELINUX=nor\n", 1), ("# SELINUX=enforcing", nil), ("SELINUXTYPE=mls", nil), ("", nil),
  ])
  func whatWasMeantButIsNotUnderstoodIsKept(text: String, line: Int?) {
    #expect(SELinuxConfig(Array(text.utf8)).misread?.number == line)
  }

  @Test(arguments: [
    ("", "targeted"), ("SELINUXTYPE=mls", "mls"), ("  selinuxtype= default \r\n", "default"),
    ("SELINUXTYPE=mls\nSELINUXTYPE=minimum", "minimum"), ("#SELINUXTYPE=mls", "targeted"), ("SELINUXTYPE=", "targeted"),
  ])
  func thePolicyIsTheLastOneNamed(text: String, type: String) {
    #expect(SELinuxConfig(Array(text.utf8)).type == type)
  }

  @Test func aLongFileOfRubbishIsReadToItsEnd() {
    let rubbish = [UInt8](repeating: 0xFF, count: 1000) + [10]
    let content = Array(repeatElement(rubbish, count: 1000).joined()) + Array("SELINUX=disabled".utf8)
    #expect(SELinuxConfig(content).modeLine?.number == 1001)
  }
}

@Suite struct SELinuxBootWordsTests {
  @Test(
    arguments: [
      ("quiet", false, nil), ("selinux=0", true, nil), ("selinux=1", false, nil), ("selinux=0 selinux=1", false, nil),
      ("selinux=1 selinux=0", true, nil), ("security=selinux", false, nil), ("rd.selinux=0", false, nil),
      ("selinux", false, nil), ("selinux=no", false, nil),
      ("enforcing=0", false, false), ("enforcing=1 quiet", false, true), ("enforcing=2", false, true),
      ("enforcing=", false, false), ("enforcing=on", false, false), ("enforcing=-1", false, nil),
      ("enforcing=1 enforcing=0", false, true), ("rd.enforcing=0 enforcing=1", false, nil),
      ("selinux=0 enforcing=1", true, true),
      ("", false, nil),
    ] as [(String, Bool, Bool?)])
  func theCommandLine(text: String, isOff: Bool, enforcing: Bool?) {
    let words = SELinuxBootWords(BootCommandLine(text))
    #expect(words.isOff == isOff)
    #expect(words.enforcing == enforcing)
  }
}

@Suite struct SELinuxNextBootTests {
  private static let directory = "/etc/selinux/targeted/policy"
  private static let error = FileError("/x", .permissionDenied)

  private func config(_ mode: SELinuxMode?) -> Fact<SELinuxConfig> {
    let text = mode.map { "SELINUX=\($0.rawValue)" } ?? "# nothing"
    return .known(SELinuxConfig(Array(text.utf8)), source: SELinuxConfig.path)
  }

  private func decide(
    _ config: Fact<SELinuxConfig>, _ line: String = "", isInKernel: Bool = true, policy: Bool = true
  ) -> SELinuxNextBoot {
    .decide(
      config: config, words: .known(SELinuxBootWords(BootCommandLine(line)), source: "/proc/cmdline"),
      isInKernel: .known(isInKernel, source: "f"),
      policy: policy ? .known(Self.directory, source: Self.directory) : .absent)
  }

  private func mode(_ next: SELinuxNextBoot) -> SELinuxMode? { if case .mode(let mode, _) = next { mode } else { nil } }

  /// Configured mode by `enforcing=`: not given, 0, 1.
  @Test(
    arguments: [
      (nil, .permissive, .permissive, .enforcing), (.disabled, .disabled, .disabled, .disabled),
      (.permissive, .permissive, .permissive, .enforcing), (.enforcing, .enforcing, .permissive, .enforcing),
    ] as [(SELinuxMode?, SELinuxMode, SELinuxMode, SELinuxMode)])
  func theCommandLineBeatsTheFileButNotDisabled(
    configured: SELinuxMode?, plain: SELinuxMode, zero: SELinuxMode, one: SELinuxMode
  ) {
    #expect(mode(decide(config(configured))) == plain)
    #expect(mode(decide(config(configured), "enforcing=0")) == zero)
    #expect(mode(decide(config(configured), "enforcing=1")) == one)
  }

  @Test func theCauseIsNamed() {
    let enforcing = SELinuxConfig.Line(number: 1, text: "SELINUX=enforcing")
    #expect(decide(config(.enforcing)) == .mode(.enforcing, .line(enforcing)))
    #expect(decide(config(.enforcing), "enforcing=0") == .mode(.permissive, .commandLine))
    #expect(decide(config(nil)) == .mode(.permissive, .noLine))
    #expect(decide(.absent) == .mode(.permissive, .noLine))
    #expect(decide(config(.enforcing), "selinux=0 enforcing=1") == .mode(.disabled, .switchedOff))
    #expect(decide(config(.enforcing), isInKernel: false) == .mode(.disabled, .otherKernel))
    #expect(decide(config(.enforcing), "selinux=0", isInKernel: false) == .mode(.disabled, .switchedOff))
  }

  @Test func withoutAPolicyEnforcingHaltsAndPermissiveIsNone() {
    #expect(decide(config(.enforcing), policy: false) == .halts(Self.directory))
    #expect(decide(config(.permissive), "enforcing=1", policy: false) == .halts(Self.directory))
    #expect(decide(config(.permissive), policy: false) == .mode(.disabled, .noPolicy(Self.directory)))
    #expect(mode(decide(config(.disabled), policy: false)) == .disabled)
    #expect(mode(decide(config(.enforcing), "selinux=0", policy: false)) == .disabled)
  }

  @Test func whatCannotBeReadHidesIt() {
    let words = Fact.known(SELinuxBootWords(BootCommandLine("")), source: "/proc/cmdline")
    let policy = Fact.known("p", source: "p")
    let kernel = Fact.known(true, source: "f")
    let hidden = SELinuxNextBoot.hidden(Self.error)
    func decide(_ isInKernel: Fact<Bool>) -> SELinuxNextBoot {
      .decide(config: config(.enforcing), words: words, isInKernel: isInKernel, policy: policy)
    }
    #expect(decide(.unreadable(Self.error)) == hidden)
    #expect(decide(.absent) == .hidden(FileError("/proc/filesystems", .notFound)))
    #expect(
      .decide(config: .unreadable(Self.error), words: words, isInKernel: kernel, policy: policy) == hidden)
    #expect(
      .decide(config: config(.enforcing), words: .unreadable(Self.error), isInKernel: kernel, policy: policy) == hidden)
    #expect(
      .decide(config: config(.enforcing), words: words, isInKernel: kernel, policy: .unreadable(Self.error)) == hidden)
    #expect(
      mode(
        .decide(config: .unreadable(Self.error), words: words, isInKernel: .known(false, source: "f"), policy: policy))
        == .disabled)
  }
}

@Suite struct SELinuxStateTests {
  private static let error = FileError("/x", .permissionDenied)

  private func state(
    _ enforce: Fact<String>, _ isInKernel: Fact<Bool>, _ label: Fact<String> = .absent, isConfigured: Bool = false
  ) -> String {
    switch SELinuxFacts(enforce: enforce, isInKernel: isInKernel, label: label).state(isConfigured: isConfigured) {
    case .running(let mode, _): mode.rawValue
    case .absent: "absent"
    case .hidden: "hidden"
    }
  }

  private func known<T>(_ value: T) -> Fact<T> { .known(value, source: "f") }

  @Test(arguments: [("0", "permissive"), ("1", "enforcing"), ("", "hidden"), ("2", "hidden"), ("01", "hidden")])
  func selinuxfsTells(text: String, expected: String) {
    for isInKernel in [known(true), known(false), .absent, .unreadable(Self.error)] {
      for label in [known("a:b:c"), known("kernel"), .absent, .unreadable(Self.error)] {
        #expect(state(known(text), isInKernel, label) == expected)
      }
    }
  }

  @Test func withoutSelinuxfsTheKernelTells() {
    #expect(state(.absent, known(false)) == "absent")
    #expect(state(.absent, known(false), isConfigured: true) == "disabled")
    #expect(state(.absent, .absent) == "hidden")
    #expect(state(.absent, .unreadable(Self.error)) == "hidden")
    #expect(state(.unreadable(Self.error), known(false)) == "hidden")
  }

  /// A container has no selinuxfs although SELinux enforces; a host with SELINUX=disabled has none either.
  @Test func withSELinuxInTheKernelTheLabelTells() {
    #expect(state(.absent, known(true), known("system_u:system_r:container_t:s0:c1,c2")) == "hidden")
    #expect(state(.absent, known(true), known("kernel")) == "disabled")
    #expect(state(.absent, known(true), .absent) == "hidden")
    #expect(state(.absent, known(true), .unreadable(Self.error)) == "hidden")
  }
}
