package import AgentCore
import AgentHost

extension Host {
  /// A trigger whenever something is mounted or unmounted.
  package func mountChanges(and paths: [String] = []) -> AsyncStream<Trigger> {
    changes(of: paths, polling: MountTable.paths)
  }
}
