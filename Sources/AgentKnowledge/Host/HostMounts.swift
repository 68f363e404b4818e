package import AgentCore
package import AgentHost

/// What is mounted, as files of the host, of pods and of the kernel's counters tell.
extension Host {
  /// What is mounted on the host.
  package func mounts() async throws -> MountTable { try await read { try MountTable(reading: $0) } }

  /// A trigger whenever something is mounted or unmounted.
  package func mountChanges(and paths: [String] = []) -> AsyncStream<Trigger> {
    changes(of: paths, polling: MountTable.paths)
  }
}
