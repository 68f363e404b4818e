package import AgentHost

/// Asks what only root may ask: directly where this process may, else through the helper of the host.
///
/// The helper is the agent's own program in a hidden mode, as root and without a network, started by a socket unit. It
/// answers a fixed list of requests with parsed facts.
package struct PrivilegedHelper: Sendable {
  private let client: HelperClient
  private let sources: HelperSources

  /// Makes a client; nothing is connected until something is asked.
  package init(network: NetworkLoop, sources: HelperSources) {
    client = HelperClient(network: network, files: sources.files, worker: sources.worker)
    self.sources = sources
  }

  /// What CRI-O tells of itself.
  package func crioInfo() async -> HelperAnswer<CRIOReport> { await ask(CRIORequest.self) }

  /// Looks at a mounted file system of NFS in a child that can be killed: of the helper where this process may not take
  /// another group, else of its own.
  package func lookAtMount(_ device: DeviceNumber) async -> HelperAnswer<MountProbe> {
    if let look = await helperLook(at: device) { return .facts(look) }
    return switch await ask(StatMountRequest.self, about: "\(device)") {
    // Denied to the helper too (Kerberos without a ticket of root's): that says nothing of the server.
    case .facts(.failed(let code)) where MountProbe.isDenial(code):
      .unavailable("statx of the mount point: permission denied, to \(HelperProtocol.unit) as well")
    case let answer: answer
    }
  }

  /// What the helper sees of a mount where only it learns from the server itself whether that lets write: a child of this
  /// process could not change its group. nil where there is no helper, or it sees less.
  private func helperLook(at device: DeviceNumber) async -> MountProbe? {
    guard sources.files.root.mode == .live, !ProcessCapabilities.mayChangeGroup,
      let look = try? await client.facts(StatMountRequest.name, about: "\(device)", as: MountProbe.self),
      StatMountRequest.denial(in: look) == nil
    else { return nil }
    switch look {
    case .answered, .failed, .stuck, .stillStuck, .busy, .noRoom: return look
    case .gone, .impossible, .notRecorded: return nil
    }
  }

  /// The tasks that wait for NFS; where neither this process nor the helper may see all, those that can be seen.
  package func stuckTasks() async -> StuckTasksReport {
    let own = await BlockedTasksRequest.facts(sources, about: nil)
    guard BlockedTasksRequest.denial(in: own) != nil else { return own }
    return (try? await client.facts(BlockedTasksRequest.name, about: nil)) ?? own
  }

  private func ask<Request: HelperRequest>(
    _: Request.Type, about: String? = nil
  ) async -> HelperAnswer<Request.Facts> {
    let own = await Request.facts(sources, about: about)
    guard let denial = Request.denial(in: own) else { return .facts(own) }
    let problem: String
    do throws(HelperFailure) {
      return .facts(try await client.facts(Request.name, about: about))
    } catch {
      problem = "\(error)"
    }
    return .unavailable("\(denial), and the helper \(HelperProtocol.unit) \(problem)")
  }
}
