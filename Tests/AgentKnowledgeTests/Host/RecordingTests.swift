import AgentHost
import AgentTesting
import Testing

@testable import AgentKnowledge

@Suite struct RecordingTests {
  @Test func aRecordingCountsOnARecordedRootAlone() throws {
    let tree = try TemporaryTree(["recorded.yaml": "forbidden: [/etc]\n"])
    #expect(try Recording(of: HostRoot(tree.path, mode: .recorded)).forbidden == ["/etc"])
    #expect(try Recording(of: HostRoot(tree.path, mode: .live)).forbidden == [])
  }

  @Test func aWrongOneDoesNotEndTheAgentOfALiveHost() throws {
    let tree = try TemporaryTree(["recorded.yaml": "forbidden: 5\n"])
    #expect(throws: (any Error).self) { try Recording(of: HostRoot(tree.path, mode: .recorded)) }
    _ = try Recording(of: HostRoot(tree.path, mode: .live))
  }
}
