import AgentTesting
import Testing

@testable import AgentHost

@Suite struct ProcessTableTests {
  private func table(_ files: [String: String]) throws -> ProcessTable {
    let tree = try TemporaryTree(files)
    return try withExtendedLifetime(tree) {
      try ProcessTable(reading: HostFiles(root: HostRoot(tree.path, mode: .recorded)))
    }
  }

  @Test func processesAreInTheOrderOfTheirNumbers() throws {
    let table = try table(["proc/10/comm": "keepalived\n", "proc/9/comm": "kube-vip\n", "proc/1/comm": "systemd\n"])
    #expect(table.processes.map(\.id) == [1, 9, 10])
    #expect(table.first(named: "keepalived", "kube-vip")?.name == "kube-vip")
  }

  @Test func whatIsNoProcessIsLeftOut() throws {
    let table = try table([
      "proc/1/comm": "systemd\n", "proc/2/status": "", "proc/self/comm": "nodeagent\n", "proc/uptime": "1 1\n",
      "proc/4/comm/not-a-file": "",
    ])
    #expect(table.processes == [ProcessTable.Process(id: 1, name: "systemd")])
  }

  @Test func aNameEndsWithItsLine() throws {
    let long = String(repeating: "x", count: 100)
    let table = try table([
      "proc/1/comm": "a b\nkeepalived\n", "proc/2/comm": "", "proc/3/comm": "\nspeaker\n", "proc/4/comm": "nfsd",
      "proc/5/comm": "kworker/u16:11+events_unbound\n", "proc/6/comm": long,
    ])
    #expect(table.processes.map(\.name).prefix(5) == ["a b", "", "", "nfsd", "kworker/u16:11+events_unbound"])
    #expect(table.processes.last?.name.count == 64)
  }

  @Test func aHostWithoutProcHasNoTable() throws {
    #expect(throws: FileError("/proc", .notFound)) { try table(["etc/hostname": "node"]) }
  }

  @Test func thisProcessIsInTheTableOfTheLiveHost() throws {
    let table = try ProcessTable(reading: HostFiles(root: HostRoot("/")))
    #expect(table.processes.contains { $0.id == 1 })
    #expect(table.processes.allSatisfy { !$0.name.contains("\n") })
  }
}
