import AgentCore
import AgentHost
import AgentKnowledge

/// Reads what the cgroups plugin judges; synchronous, for the worker thread.
///
/// /proc/cgroups is not read: on v2 it says nothing, and from Linux 6.12 on it hides what is not mounted as v1.
enum CgroupsSource {
  static let controllers = "\(CgroupVersion.path)/cgroup.controllers"
  static let enabled = "\(CgroupVersion.path)/cgroup.subtree_control"
  private static let commandLine = "/proc/cmdline"
  private static let boards = ["/proc/device-tree/model", "/sys/firmware/devicetree/base/model"]

  static func read(_ files: HostFiles, kubelet: KubeletFacts, roles: Set<Role>, at time: HostTime) -> CgroupsObservation
  {
    let version = CgroupVersion.read(files)
    let board = boards.lazy.compactMap { raspberry($0, files) }.first
    return CgroupsObservation(
      takenAt: time, irrelevance: kubelet.irrelevance(roles: roles), version: version,
      controllers: version.value == .v1 ? hierarchies(files) : words(controllers, files),
      enabled: words(enabled, files), commandLine: words(commandLine, files).map(aboutCgroups),
      bootFile: bootFile(files, board: board), board: board,
      kubeletMinor: kubelet.version.value?.minor, isKubeletInstalled: kubelet.isPresent,
      isJoined: kubelet.hasJoined,
      failCgroupV1: failCgroupV1(kubelet))
  }

  private static func words(_ path: String, _ files: HostFiles) -> Fact<[String]> {
    Fact(from: path) { () throws(FileError) in
      try files.textIfPresent(path, limit: .kernel)?.split(whereSeparator: \.isWhitespace).map(String.init)
    }
  }

  private static func hierarchies(_ files: HostFiles) -> Fact<[String]> {
    Fact(from: CgroupVersion.path) { () throws(FileError) in try files.entries(CgroupVersion.path) }
  }

  private static func aboutCgroups(_ words: [String]) -> [String] { words.filter { $0.contains("cgroup") } }

  /// The device tree's strings end with a NUL.
  private static func raspberry(_ path: String, _ files: HostFiles) -> String? {
    let bytes = ((try? files.bytesIfPresent(path, limit: .kernel)) ?? nil) ?? []
    let model = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    return model.hasPrefix("Raspberry Pi") ? model : nil
  }

  private static func bootFile(_ files: HostFiles, board: String?) -> Fact<BootCommandLineFile> {
    if let board { return RaspberryBoot(files: files, board: board).commandLine }
    for path in [BootCommandLineFile.grub] {
      let fact = Fact(from: path) { () throws(FileError) -> BootCommandLineFile? in
        guard let text = try files.textIfPresent(path) else { return nil }
        return BootCommandLineFile(path: path, words: aboutCgroups(BootCommandLineFile.words(text)))
      }
      if fact != .absent { return fact }
    }
    return .absent
  }

  private static func failCgroupV1(_ kubelet: KubeletFacts) -> KubeletSetting<Bool?> {
    switch kubelet.configuration.text(["failCgroupV1"], flag: "fail-cgroupv1") {
    case .known(let text, let source): .known(text.flatMap(Bool.init), source: source)
    case .unknown(let problem): .unknown(problem)
    }
  }
}
