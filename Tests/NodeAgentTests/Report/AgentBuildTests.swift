import AgentTesting
import Testing

@testable import NodeAgent

/// Which program speaks: its release and the commit that it was built from.
@Suite struct AgentBuildTests {
  private func buildInfo(_ probe: String) throws -> Substring? {
    let tree = try TemporaryTree()
    let result = try Program.run("metrics", "--root", tree.path, "--probe", probe, "--only", "swap.policy")
    return result.output.split(separator: "\n").first { $0.hasPrefix("nodeagent_build_info") }
  }

  @Test func theVersionHasItsCommitBehindIt() throws {
    let agent = AgentBuild.current
    #expect(!agent.revision.isEmpty && agent.revision != AgentBuild.recorded.revision)
    #expect(try Program.run("--version").output == "\(agent.version) (\(agent.revision))\n")
  }

  @Test func aLiveHostIsToldOfByTheProgramOfThatCommit() throws {
    #expect(try buildInfo("live")?.contains("revision=\"\(AgentBuild.current.revision)\"") == true)
  }

  @Test func whatIsSaidOfARecordedHostIsTheSameFromCommitToCommit() throws {
    #expect(try buildInfo("recorded")?.contains("revision=\"recorded\"") == true)
    let tree = try TemporaryTree()
    let report = try Program.run("doctor", "--root", tree.path, "--only", "swap.policy", "--output", "json")
    #expect(report.output.contains("\"revision\" : \"recorded\""))
  }
}
