@testable import AgentText
@testable import AgentKnowledge
import AgentCore
import Testing

@testable import AgentPlugins

@Suite struct CRIOPluginTests {
  /// KEP-4033 over every version and the gate.
  @Test(
    arguments: [
      (nil, nil, nil, CgroupDriverRule.unclear), (nil, nil, 30, .unclear), (nil, nil, 27, .mustMatch),
      (27, nil, 30, .mustMatch), (27, true, 30, .mustMatch), (28, nil, 30, .mustMatch), (28, true, 30, .follows),
      (30, nil, nil, .mustMatch), (30, true, nil, .unclear), (31, nil, 28, .follows), (31, nil, 27, .mustMatch),
      (31, false, 30, .mustMatch), (32, nil, nil, .unclear), (34, false, 30, .follows), (34, nil, nil, .unclear),
    ] as [(Int?, Bool?, Int?, CgroupDriverRule)]) func whoeverNamesTheDriver(
      kubelet: Int?, gate: Bool?, crio: Int?, rule: CgroupDriverRule
    )
  {
    #expect(CgroupDriverRule(kubeletMinor: kubelet, gate: gate, crioMinor: crio) == rule)
  }

  private static func packages(_ kubelet: String, _ crio: String) -> String {
    """
    Package: kubelet
    Status: install ok installed
    Version: \(kubelet)

    Package: cri-o
    Status: install ok installed
    Version: \(crio)

    """
  }
  private static let node = [
    "/usr/bin/crio": "", "/usr/bin/kubelet": "", "/etc/kubernetes/kubelet.conf": "", "/run/systemd/system/": "",
    "/var/lib/kubelet/config.yaml": "cgroupDriver: systemd\n",
    "/var/lib/dpkg/status": packages("1.32.3-1.1", "1.32.1-1.1"),
  ]

  private static func recording(driver: String = "systemd", free: Int = 50) -> String {
    """
    http:
      - {target: "unix:/run/crio/crio.sock", path: /info, status: 200, body: '{"storage_driver": "overlay", "storage_root": "/var/lib/containers/storage", "cgroup_driver": "\(driver)"}'}
      - {target: "unix:/run/crio/crio.sock", path: /config, status: 200, body: "[crio]\\nroot = \\"/var/lib/containers/storage\\"\\n"}
    spaces:
      /var/lib/containers/storage: {totalBytes: 107374182400, freeBytes: \(free * 1_073_741_824)}
    """
  }

  private func verdicts(_ changes: [String: String], recording: String?) async throws -> [CheckID: Verdict] {
    var files = Self.node.merging(changes) { _, last in last }
    if let recording { files["/recorded.yaml"] = recording }
    let host = try TestHost(files)
    let plugin = CRIOPlugin(host: host.host)
    let verdicts = plugin.judge(try await plugin.observe(at: TestHost.time))
    return Dictionary(uniqueKeysWithValues: verdicts.map { ($0.check, $0) })
  }

  @Test func aCRIOThatAnswersIsWell() async throws {
    let found = try await verdicts([:], recording: Self.recording())
    #expect(found.values.allSatisfy { $0.state == .ok }, "\(found.values)")
    #expect(found.count == 3)
  }

  @Test(arguments: [
    (
      "1.32.3-1.1", "1.32.1-1.1", "cgroupDriver: cgroupfs\n", CheckState.ok,
      "follows CRI-O (systemd); its file says cgroupfs"
    ),
    ("1.30.3-1.1", "1.30.1-1.1", "cgroupDriver: cgroupfs\n", .failing, "no pod starts: the kubelet uses cgroupfs"),
    ("1.30.3-1.1", "1.30.1-1.1", "kind: KubeletConfiguration\n", .failing, "the kubelet uses cgroupfs"),
    ("1.32.3-1.1", "odd", "cgroupDriver: cgroupfs\n", .unknown, "depends on versions"),
    ("1.32.3-1.1", "1.32.1-1.1", "featureGates: {KubeletCgroupDriverFromCRI: false}\n", .failing, "no pod starts"),
    ("1.32.3-1.1", "1.32.1-1.1", "cgroupDriver: [\n", .unknown, "config.yaml"),
  ]) func driversAreComparedByTheVersionsRule(
    kubelet: String, crio: String, configuration: String, state: CheckState, words: String
  ) async throws {
    let found = try await verdicts(
      ["/var/lib/dpkg/status": Self.packages(kubelet, crio), "/var/lib/kubelet/config.yaml": configuration],
      recording: Self.recording())
    let verdict = try #require(found["crio.cgroup-driver"])
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
  }

  /// kubeadm writes the driver when the host joins; the kubelet's own default says nothing of that.
  @Test func beforeJoiningThereIsNoDriverToCompare() async throws {
    let files = ["/usr/bin/crio": "", "/usr/bin/kubelet": "", "/run/systemd/system/": ""]
    let host = try TestHost(files.merging(["/recorded.yaml": Self.recording()]) { _, last in last })
    let plugin = CRIOPlugin(host: host.host)
    let found = plugin.judge(try await plugin.observe(at: TestHost.time))
    #expect(found.map(\.state) == [.ok, .skipped, .ok], "\(found)")
    #expect(found[1].summary.contains("not joined yet"))
  }

  /// The step edits the file that the kubelet reads.
  @Test(arguments: [
    ("", "/var/lib/kubelet/config.yaml", "cgroupDriver: cgroupfs\n", "/var/lib/kubelet/config.yaml"),
    ("--config=/etc/k/kubelet.yaml", "/etc/k/kubelet.yaml", "cgroupDriver: cgroupfs\n", "/etc/k/kubelet.yaml"),
    ("--config=/etc/k/kubelet.yaml", "/etc/k/kubelet.yaml", "kind: x\n", "/etc/k/kubelet.yaml"),
  ]) func theStepEditsTheFileInUse(flags: String, path: String, text: String, edited: String) async throws {
    let unit = "[Service]\nExecStart=/usr/bin/kubelet \(flags)\n"
    let found = try await verdicts(
      [
        path: text, "/usr/lib/systemd/system/kubelet.service": unit,
        "/var/lib/dpkg/status": Self.packages("1.30.1", "1.30.1"),
      ],
      recording: Self.recording())
    let verdict = try #require(found["crio.cgroup-driver"])
    #expect(verdict.state == .failing && verdict.remedy?.contains(">> \(edited); ") == true, "\(verdict)")
    #expect(edited.hasPrefix("/var") || verdict.remedy?.contains("/var/lib/kubelet") == false)
  }

  @Test func cgroupfsBesideSystemdWarns() async throws {
    let files = ["/var/lib/kubelet/config.yaml": "cgroupDriver: cgroupfs\n"]
    let found = try await verdicts(files, recording: Self.recording(driver: "cgroupfs"))
    #expect(found["crio.cgroup-driver"]?.state == .warning)
  }

  @Test(arguments: [(50, CheckState.ok), (15, .ok), (14, .warning), (5, .warning), (4, .failing)])
  func roomForImagesIsJudgedByTheKubeletsThreshold(free: Int, state: CheckState) async throws {
    #expect(try await verdicts([:], recording: Self.recording(free: free))["crio.storage"]?.state == state)
  }

  @Test(arguments: [
    ("fails: connect, reason: connection refused", CheckState.failing, "connection refused"),
    ("fails: head, reason: closed", .failing, "does not answer"), ("status: 500", .failing, "answers 500"),
    ("status: 200, body: '<html>'", .failing, "is no"),
  ]) func aCRIOThatDoesNotAnswerFailsAndTheRestIsUnknown(answer: String, state: CheckState, words: String) async throws
  {
    let recording = "http:\n  - {target: \"unix:/run/crio/crio.sock\", \(answer)}\n"
    let found = try await verdicts([:], recording: recording)
    #expect(found["crio.responding"]?.state == state)
    #expect(
      found["crio.responding"]?.summary.contains(words) == true, "\(String(describing: found["crio.responding"]))")
    #expect(found["crio.storage"]?.state == .unknown && found["crio.cgroup-driver"]?.state == .unknown)
  }

  @Test func withoutCRIOItIsSkippedAndUnrecordedItIsUnknown() async throws {
    let host = try TestHost(["/usr/bin/kubelet": ""])
    let plugin = CRIOPlugin(host: host.host)
    #expect(plugin.judge(try await plugin.observe(at: TestHost.time)).allSatisfy { $0.state == .skipped })
    #expect(try await verdicts([:], recording: nil).values.allSatisfy { $0.state == .unknown })
  }
}
