import AgentCore
import AgentHost
import Testing

@testable import AgentKnowledge
@testable import AgentPlugins
@testable import AgentText

/// A recorded host with mounts of NFS.
enum NFSSupport {
  static let pod = "0b0c7b1e-6f0e-4a54-9c8a-6f1d2f3a4b5c"
  static let root = "1 0 8:1 / / rw - ext4 /dev/sda1 rw"

  static func mount(
    _ id: Int = 40, _ device: String = "0:52", at point: String = "/mnt/nas", _ source: String = "192.0.2.1:/srv",
    _ options: String = "rw,vers=4.2,hard,proto=tcp,addr=192.0.2.1"
  ) -> String { "\(id) 1 \(device) / \(point) rw - nfs4 \(source) \(options)" }

  static func volume(_ name: String, pod: String = pod) -> String {
    "/var/lib/kubelet/pods/\(pod)/volumes/kubernetes.io~csi/\(name)/mount"
  }

  static func statistics(
    _ point: String = "/mnt/nas", _ source: String = "192.0.2.1:/srv", sends: Int = 10, receives: Int = 10,
    requests: Int = 10, transmissions: Int = 10, timeouts: Int = 0
  ) -> String {
    """
    device \(source) mounted on \(point) with fstype nfs4 statvers=1.1
    \tage:\t100
    \txprt:\ttcp 875 1 2 0 11 \(sends) \(receives) 0 0 0
    \tper-op statistics
    \t        READ: \(requests) \(transmissions) \(timeouts) 0 0 0 0 0 0


    """
  }

  static func files(
    mounts: [String] = [mount()], statistics text: String = statistics(), recorded: String = ""
  ) -> [String: String] {
    [
      "/proc/self/mountinfo": ([root] + mounts).joined(separator: "\n") + "\n", "/proc/self/mountstats": text,
      "/recorded.yaml": recorded,
    ]
  }

  static func space(free: UInt64) -> FileSystemSpace {
    FileSystemSpace(totalBytes: 1000, freeBytes: free, totalInodes: 0, freeInodes: 0)
  }

  /// A look at the mount, all well.
  static let answers = "mounts: {\"0:52\": {}}\n"
  static let serves = "nfs: [{server: 192.0.2.1}]\n"

  /// One look at a host.
  static func verdicts(_ files: [String: String], cluster: String = "") async throws -> [Verdict] {
    let host = try TestHost(files, cluster: try settings(cluster))
    let plugin = NFSPlugin(host: host.host, settings: try nfsSettings(""))
    let observation = try await plugin.observe(at: TestHost.time)
    return plugin.judge(observation)
  }

  static func settings(_ yaml: String) throws -> ClusterSettings {
    try Settings.load(text: Array(yaml.utf8), file: "test.yaml").decode(ClusterSettings.self)
  }

  static func nfsSettings(_ yaml: String) throws -> NFSSettings {
    try Settings.load(text: Array(yaml.utf8), file: "test.yaml").decode(NFSSettings.self)
  }
}

extension [Verdict] {
  /// The only verdict of a check, or the one on a subject.
  func of(_ check: CheckID, _ subject: String? = nil) throws -> Verdict {
    let found = filter { $0.check == check && (subject == nil || $0.subject == subject) }
    try #require(found.count == 1, "\(check) \(subject ?? ""): \(map(\.key))")
    return found[0]
  }
}
