package import AgentHost

/// Something that only root may ask. A new one is a file with this conformance and its place in ``HelperRequests``.
protocol HelperRequest: SendableMetatype {
  /// What is told: parsed facts, never what was read.
  associatedtype Facts: Codable & Sendable

  /// Its name on the wire.
  static var name: String { get }
  /// Asks with the rights of this process, in less than ``HelperProtocol/patience``.
  ///
  /// - Parameter about: what is asked about where there is a choice; it comes from the other end of the connection.
  static func facts(_ sources: HelperSources, about: String?) async -> Facts
  /// What this process lacked the right for, as in `PATH: permission denied`; nil when it could ask.
  static func denial(in facts: Facts) -> String?
}

/// The fixed list of what the helper answers.
package enum HelperRequests {
  static let all: [any HelperRequest.Type] = [CRIORequest.self, StatMountRequest.self, BlockedTasksRequest.self]

  /// The answer to a line: facts, or an error in words.
  package static func answer(_ line: [UInt8], asking sources: HelperSources) async -> [UInt8] {
    guard let question = HelperProtocol.read(line, as: HelperProtocol.Question.self) else {
      return HelperProtocol.error("the question is not {\"request\":\"NAME\",\"version\":\(HelperProtocol.version)}")
    }
    guard question.version == HelperProtocol.version else {
      return HelperProtocol.error("version \(question.version) is not spoken here, only \(HelperProtocol.version)")
    }
    guard let request = all.first(where: { $0.name == question.request }) else {
      return HelperProtocol.error(
        "there is no such request; answered are: \(all.map { $0.name }.joined(separator: ", "))")
    }
    return await answer(request, sources, about: question.about)
  }

  private static func answer<Request: HelperRequest>(
    _: Request.Type, _ sources: HelperSources, about: String?
  ) async -> [UInt8] {
    let line = HelperProtocol.line(HelperProtocol.Answer(facts: await Request.facts(sources, about: about)))
    return line.count <= HelperProtocol.answerLimit ? line : HelperProtocol.error("the answer is too long")
  }
}

/// What can be asked with the rights of one process: the agent's, or the helper's.
package struct HelperSources: Sendable {
  let files: HostFiles
  let worker: Worker
  let probes: any HTTPProbes
  let mounts: any MountProbes
  let clock: any AgentClock

  /// Puts the sources together.
  package init(files: HostFiles, worker: Worker, probes: any HTTPProbes, mounts: any MountProbes, clock: any AgentClock)
  {
    self.files = files
    self.worker = worker
    self.probes = probes
    self.mounts = mounts
    self.clock = clock
  }
}

/// `crio-info`: what CRI-O says of itself on its socket, which belongs to root alone (0660) and is as good as root.
///
/// Beside gRPC the socket speaks HTTP/1.1 (`GetExtendInterfaceMux` in CRI-O's server/inspect.go).
enum CRIORequest: HelperRequest {
  static let name = "crio-info"
  static let socket = ProbeTarget.unix(CRIOReport.socket)
  /// Answers come from memory; a runtime that needs longer is not well. Both together stay below the plugins' 3 s.
  static let deadlines = HTTPProbeRequest.Deadlines(head: .seconds(2), body: .milliseconds(500))
  /// Well above a configuration with many runtimes and registries.
  static let bodyLimit = 256 << 10

  static func facts(_ sources: HelperSources, about _: String?) async -> CRIOReport {
    let probes = sources.probes
    async let info = probes.get(request("/info"))
    async let configuration = probes.get(request("/config"))
    return CRIOReport(
      info: HTTPFact(await info, expected: "answer of CRI-O's /info") { CRIOInfo(json: $0) },
      configuration: HTTPFact(await configuration, expected: "configuration of CRI-O") { CRIOConfiguration(toml: $0) })
  }

  static func denial(in facts: CRIOReport) -> String? {
    guard case .failed(let failure) = facts.info, failure.reason == .denied else { return nil }
    return "\(CRIOReport.socket): \(failure)"
  }

  private static func request(_ path: String) -> HTTPProbeRequest {
    HTTPProbeRequest(socket, path: path, deadlines: deadlines, bodyLimit: bodyLimit)
  }
}

/// `stat-mount`: whether a mounted file system of NFS answers. Only file systems of NFS that are mounted on the host are
/// looked at, by the number that the host's own table has: nobody chooses a path.
enum StatMountRequest: HelperRequest {
  static let name = "stat-mount"

  static func facts(_ sources: HelperSources, about: String?) async -> MountProbe {
    guard let about, let device = DeviceNumber(about.utf8) else { return .gone }
    return await sources.mounts.look(at: device)
  }

  static func denial(in facts: MountProbe) -> String? {
    guard case .failed(let code) = facts, MountProbe.isDenial(code) else { return nil }
    return "statx of the mount point: permission denied"
  }
}

/// `blocked-tasks`: which tasks wait for NFS. Where a task waits (wchan) the kernel tells only those that may trace it
/// (PTRACE_MODE_READ_FSCREDS, proc_pid_wchan(5)): root without capabilities sees `0` for tasks of other users and for
/// those that have a capability, so the helper has CAP_SYS_PTRACE. No smaller one does: nothing else is asked for there.
enum BlockedTasksRequest: HelperRequest {
  static let name = "blocked-tasks"

  static func facts(_ sources: HelperSources, about _: String?) async -> StuckTasksReport {
    let time = sources.clock.now()
    do {
      return try await sources.worker.run {
        do throws(FileError) {
          return .tasks(try StuckTasks(reading: sources.files, at: time))
        } catch {
          return .unreadable("\(error)")
        }
      }
    } catch {
      return .unreadable("\(error)")
    }
  }

  static func denial(in facts: StuckTasksReport) -> String? {
    guard case .tasks(let tasks) = facts, tasks.hidden > 0 else { return nil }
    return "/proc/PID/wchan of \(tasks.hidden) waiting tasks: permission denied"
  }
}

/// What came of looking for tasks that wait.
package enum StuckTasksReport: Sendable, Equatable, Codable {
  /// The tasks.
  case tasks(StuckTasks)
  /// The process table could not be read, in words.
  case unreadable(String)
}
