import AgentTesting

@testable import AgentHost
@testable import AgentKnowledge

/// What a host with this `recorded.yaml` recorded.
func recording(_ text: String) throws -> Recording {
  let tree = try TemporaryTree(["recorded.yaml": text])
  return try Recording(of: HostRoot(tree.path, mode: .recorded))
}
