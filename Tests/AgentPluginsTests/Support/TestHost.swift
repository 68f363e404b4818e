import AgentText
import AgentCore
import AgentHost
import AgentKnowledge
import Foundation

/// A recorded host in a temporary directory, gone with the value's last use.
///
///     let host = try TestHost(["/proc/swaps": "…"], links: ["/etc/foo": "/dev/null"], forbidden: ["/etc/fstab"])
///     let observation = try await SwapPlugin(host: host.host).observe(at: TestHost.time)
final class TestHost {
  /// A moment for observations.
  static let time = HostTime(wallNanoseconds: 1_800_000_000_000_000_000, bootNanoseconds: 3_600_000_000_000)
  /// A recorded host without a single file.
  static func empty() throws -> TestHost { try TestHost([:]) }
  /// A host where everything is forbidden.
  static func forbidden() throws -> TestHost { try TestHost([:], forbidden: ["/"]) }

  let directory: String
  let files: HostFiles
  let host: AgentKnowledge.Host

  /// Writes the files and directories (a path that ends in `/`) and makes the host.
  ///
  /// What systemd and servers answer stands in `/recorded.yaml`, as on every recorded host.
  ///
  /// - Parameters:
  ///   - roles: what the host is for; detected from the files when nil.
  ///   - cluster: what the configuration says of the cluster.
  ///   - kernelClock: what adjtimex(2) gave; nil where it was not recorded.
  ///   - overrides: what is asked of the rounds.
  ///   - units: what systemd says, the mapping `units` of `/recorded.yaml`; nothing when nil.
  init(
    _ contents: [String: String], bytes: [String: [UInt8]] = [:], links: [String: String] = [:],
    forbidden: [String] = [], roles: Set<Role>? = nil, cluster: ClusterSettings = .defaults,
    kernelClock: KernelClock? = nil, units: String? = nil, overrides: RoundOverrides = RoundOverrides()
  ) throws {
    directory = NSTemporaryDirectory() + "nodeagent-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    for (path, text) in contents { try Self.write(Data(text.utf8), to: path, below: directory) }
    if let units { try Self.write(Data(Self.recording(units: units).utf8), to: Recording.file, below: directory) }
    for (path, content) in bytes { try Self.write(Data(content), to: path, below: directory) }
    for (path, target) in links {
      try Self.makeParent(of: path, below: directory)
      try FileManager.default.createSymbolicLink(atPath: directory + path, withDestinationPath: target)
    }
    let root = try HostRoot(directory, mode: .recorded)
    files = HostFiles(root: root, forbidden: forbidden)
    let worker = try Worker()
    var recording = try Recording(of: root)
    if let kernelClock { recording.clock = kernelClock }
    host = Host(
      files: files, roles: roles ?? RoleDetection(reading: files).roles, cluster: cluster, worker: worker,
      events: .none, kubelet: KubeletSource(files: files, worker: worker), agent: NoIntrospection(),
      sources: .recorded(recording, files: files, worker: worker), overrides: overrides)
  }

  private static func recording(units: String) -> String {
    "units:\n" + units.split(separator: "\n").map { "  \($0)\n" }.joined()
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  private static func write(_ data: Data, to path: String, below directory: String) throws {
    try makeParent(of: path, below: directory)
    if !path.hasSuffix("/") { try data.write(to: URL(fileURLWithPath: directory + path)) }
  }

  private static func makeParent(of path: String, below directory: String) throws {
    let parent = path.hasSuffix("/") ? path : String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    try FileManager.default.createDirectory(atPath: directory + parent, withIntermediateDirectories: true)
  }
}

/// An agent that knows nothing of itself.
private struct NoIntrospection: AgentIntrospection {
  func rounds() -> [RoundStatus] { [] }
  func requirements() -> [Requirement] { [] }
  func droppedLogEntries() -> Int { 0 }
  func reading() -> Worker.Health { Worker.Health() }
  func fileWatching() async -> FileWatcher.Health? { nil }
}
