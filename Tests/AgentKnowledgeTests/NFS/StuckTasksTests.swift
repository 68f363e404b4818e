import AgentCore
import AgentTesting
import Testing

@testable import AgentHost
@testable import AgentKnowledge

@Suite("Tasks that wait for storage") struct StuckTasksTests {
  private static let pod = "0b0c7b1e-6f0e-4a54-9c8a-6f1d2f3a4b5c"
  private static let now = HostTime(wallNanoseconds: 0, bootNanoseconds: 1_000_000_000_000)

  static func stat(_ process: Int, _ name: String, _ state: String, start: Int = 0) -> String {
    "\(process) (\(name)) \(state) 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 \(start) 0 0 18446744073709551615 0\n"
  }

  private func look(_ files: [String: String]) throws -> StuckTasks {
    let tree = try TemporaryTree(files)
    return try StuckTasks(
      reading: HostFiles(root: try HostRoot(tree.path, mode: .recorded)), at: Self.now)
  }

  @Test("a thread in D inside NFS or RPC is named with its pod; other waits are none of NFS")
  func waiting() throws {
    let group =
      "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod"
      + Self.pod.replacing("-", with: "_") + ".slice/crio-1.scope\n"
    let tasks = try look([
      "proc/10/stat": Self.stat(10, "my (odd) name", "S"), "proc/10/task/10/stat": Self.stat(10, "web", "S"),
      "proc/10/task/11/stat": Self.stat(11, "web worker", "D"), "proc/10/task/11/wchan": "rpc_wait_bit_killable",
      "proc/10/task/11/cgroup": group, "proc/20/stat": Self.stat(20, "dd", "D"),
      "proc/20/wchan": "nfs_wait_bit_killable",
      "proc/30/stat": Self.stat(30, "jbd2", "D"), "proc/30/wchan": "jbd2_journal_commit",
      "proc/40/stat": Self.stat(40, "runs", "R"), "proc/40/wchan": "nfs_x",
    ])
    #expect(
      tasks.waiting == [
        .init(process: 10, thread: 11, name: "web worker", place: "rpc_wait_bit_killable", pod: Self.pod),
        .init(process: 20, thread: 20, name: "dd", place: "nfs_wait_bit_killable", pod: nil),
      ])
    #expect(tasks.hidden == 0)
  }

  @Test("where a task waits without being shown is not known, never nothing", arguments: ["0", "", "0\n"])
  func hidden(wchan: String) throws {
    let tasks = try look(["proc/10/stat": Self.stat(10, "x", "D"), "proc/10/wchan": wchan])
    #expect(tasks == StuckTasks(hidden: 1))
  }

  @Test("mounts and unmounts have their age, other programs do not count")
  func mounting() throws {
    let tasks = try look([
      "proc/10/stat": Self.stat(10, "mount.nfs", "S", start: 90_000), "proc/11/stat": Self.stat(11, "umount", "S"),
      "proc/12/stat": Self.stat(12, "mount.fuse", "S"),
      "proc/13/stat": Self.stat(13, "umount", "S", start: 200_000),
    ])
    #expect(tasks.mounting.map(\.seconds) == [100, 1000, 0])
    #expect(tasks.mounting.map(\.process) == [10, 11, 13])
  }

  @Test("a file that is no stat is passed over", arguments: ["", "1", "1 (x", "1 (x) D", "1 )x( D 1 1", "(x) D 1 2 3"])
  func malformed(text: String) throws { #expect(try look(["proc/10/stat": text]) == StuckTasks()) }

  @Test(
    "pods are found in the paths of both cgroup drivers",
    arguments: [
      ("0::/kubepods/burstable/pod0b0c7b1e-6f0e-4a54-9c8a-6f1d2f3a4b5c/abc", pod), ("0::/system.slice/x.service", nil),
      ("0::/user.slice/pod.slice", nil), ("0::/podzzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz", nil), ("", nil),
    ])
  func groups(text: String, uid: String?) { #expect(StuckTasks.pod(text) == uid) }
}
