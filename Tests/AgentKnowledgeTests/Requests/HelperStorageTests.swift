import AgentTesting
import Foundation
import Testing

@testable import AgentKnowledge

@Suite("What the helper tells of storage", .timeLimit(.minutes(5)))
struct HelperStorageTests {
  private func ask(_ question: String, of crio: CRIOStandIn) async throws -> String {
    try await crio.serving {
      let path = crio.helperPath
      return try await onThread {
        let connection = try SocketConnection(unix: path)
        connection.send(question + "\n")
        return connection.receiveAll()
      }
    }
  }

  @Test("tasks that wait are told as facts")
  func tasks() async throws {
    let crio = try CRIOStandIn()
    try crio.tree.write("proc/71/stat", StuckTasksTests.stat(71, "dd", "D"))
    try crio.tree.write("proc/71/wchan", "rpc_wait_bit_killable")
    let answer = try await ask(#"{"request":"blocked-tasks","version":1}"#, of: crio)
    #expect(answer.contains(#""place":"rpc_wait_bit_killable""#) && answer.hasSuffix(",\"version\":1}\n"), "\(answer)")
  }

  @Test(
    "only mounted file systems of NFS are looked at, and nobody chooses a path",
    arguments: [#""about":"8:1","#, #""about":"/etc/shadow","#, #""about":"0:99","#, ""])
  func mounts(about: String) async throws {
    let crio = try CRIOStandIn()
    try crio.tree.write("proc/1/mountinfo", "2 1 8:1 / / rw - ext4 /dev/sda1 rw\n")
    let answer = try await ask("{\(about)\"request\":\"stat-mount\",\"version\":1}", of: crio)
    #expect(answer == "{\"facts\":{\"gone\":{}},\"version\":1}\n")
  }

  @Test("what this process may not see of tasks is asked of the helper, and what it sees stays without one")
  func hidden() async throws {
    let crio = try CRIOStandIn()
    try crio.tree.write("proc/71/stat", StuckTasksTests.stat(71, "dd", "D"))
    try crio.tree.write("proc/71/wchan", "nfs_wait_bit_killable")
    // The agent's side may not read where the task waits.
    let helper = try crio.helper(forbidden: ["/proc/71/wchan"])
    #expect(await helper.stuckTasks() == .tasks(StuckTasks(hidden: 1)))
    let seen = try await crio.serving { await helper.stuckTasks() }
    guard case .tasks(let tasks) = seen else {
      Issue.record("\(seen)")
      return
    }
    #expect(tasks.waiting.map(\.place) == ["nfs_wait_bit_killable"] && tasks.hidden == 0)
  }
}
