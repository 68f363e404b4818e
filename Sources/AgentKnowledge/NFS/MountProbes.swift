import AgentCore
package import AgentHost

/// Looks at mounted file systems of NFS: those of a live host, or a recording's.
package protocol MountProbes: Sendable {
  /// Looks once; returns within ``MountProbe/deadline`` and a little, whatever the server does.
  func look(at device: DeviceNumber) async -> MountProbe
}

/// Looks in children that can be killed, one for each server, eight in all. A child that cannot be killed counts until it
/// is gone.
package actor LiveMountProbes: MountProbes {
  private static let most = 8
  /// How long the table stands. Who looks at what was replaced meanwhile finds another file system there.
  private static let tableLife = Duration.seconds(4)

  private let files: HostFiles
  private let worker: Worker
  private let program: String
  private let deadline: Duration
  private let runner: ChildRunner
  private let clock: LoopClock
  /// The servers that are being looked at.
  private var busy: Set<String> = []
  /// Children that were killed and are not gone yet, by server.
  private var leftover: [String: UInt64] = [:]
  /// What is mounted, and when it was read: a round that looks at many reads the table once.
  private var mounts: (all: [DeviceNumber: NFSFileSystem], read: HostTime)?

  /// - Parameters:
  ///   - loop: starts and watches the children.
  ///   - program: what is run as the child; the program itself unless a test says otherwise.
  ///   - deadline: how long a child has.
  package init(
    loop: EventLoop, files: HostFiles, worker: Worker,
    program: String = "/proc/self/exe", deadline: Duration = MountProbe.deadline
  ) {
    self.files = files
    self.worker = worker
    self.program = program
    self.deadline = deadline
    runner = ChildRunner(loop: loop)
    clock = LoopClock(loop: loop)
  }

  package func look(at device: DeviceNumber) async -> MountProbe {
    let found: NFSFileSystem?
    do { found = try await system(device, at: clock.now()) } catch { return .impossible("\(error)") }
    guard let found, let place = found.place else { return .gone }
    guard !busy.contains(found.server) else { return .busy }
    // Taken before the first wait: nothing else may take the place meanwhile.
    busy.insert(found.server)
    defer { busy.remove(found.server) }
    for (server, id) in leftover {
      guard let child = await runner.status(of: id) else {
        leftover[server] = nil
        continue
      }
      guard server == found.server else { continue }
      let seconds = clock.now().elapsed(since: child.started).inSeconds
      return .stillStuck(process: Int(child.process), seconds: Int(seconds))
    }
    // Those that cannot be ended take the places of all others until their servers are back.
    guard leftover.count < Self.most else { return .noRoom(stuck: leftover.count) }
    guard busy.count + leftover.count <= Self.most else { return .busy }
    let id = runner.nextID()
    let look = await run(id, runner, place)
    // Whatever the caller was told: also one that did not wait for the end leaves its child behind.
    let left = await runner.status(of: id)
    if left != nil { leftover[found.server] = id }
    switch look {
    case .stuck:
      guard let left else { return look }
      return .stillStuck(process: Int(left.process), seconds: Int(clock.now().elapsed(since: left.started).inSeconds))
    case .answered(let status) where status.device != device: return .gone
    // A directory that is mounted is always there: this process does not see it (a unit with ProtectHome=).
    case .failed where look.isMissing: return .gone
    default: return look
    }
  }

  private func system(_ device: DeviceNumber, at time: HostTime) async throws -> NFSFileSystem? {
    if let mounts, time.elapsed(since: mounts.read) < Self.tableLife, let known = mounts.all[device] { return known }
    let systems = try await worker.run { [files] in try NFSMounts.read(files).systems }
    let all = Dictionary(systems.map { ($0.device, $0) }) { first, _ in first }
    mounts = (all, time)
    return all[device]
  }

  private func run(_ id: UInt64, _ runner: ChildRunner, _ path: MountPath) async -> MountProbe {
    do {
      let result = try await runner.runOwn(
        id, program, words: MountChild.words, path: files.root.prefix + path.bytes,
        deadline: deadline)
      guard result.ending == .exited(0), let look = MountChild.look(result.output) else {
        return .impossible("the child that looks ended without a result")
      }
      return look
    } catch ChildError.deadline {
      return .stuck
    } catch {
      return .impossible("\(error)")
    }
  }
}

/// What was recorded: `mounts` of `recorded.yaml`.
package struct RecordedMountProbes: MountProbes {
  private let recorded: [DeviceNumber: RecordedMountProbe]

  package init(_ recorded: [DeviceNumber: RecordedMountProbe]) { self.recorded = recorded }

  package func look(at device: DeviceNumber) -> MountProbe { recorded[device]?.look(at: device) ?? .notRecorded }
}
