import AgentTesting
import Foundation
import Testing

@testable import AgentHost
@testable import AgentKnowledge

/// The hidden mode that asks a mounted file system, run as the program itself.
@Suite(.timeLimit(.minutes(5))) struct MountChildTests {
  /// The number of the file system that a path lies on.
  private static func device(_ path: String) throws -> DeviceNumber {
    var status = stat()
    try #require(stat(path, &status) == 0)
    let number = UInt64(status.st_dev)
    // gnu_dev_major(3) and gnu_dev_minor(3), macros that Swift does not import.
    return DeviceNumber(
      major: UInt32(number >> 8 & 0xfff), minor: UInt32(number & 0xff) | UInt32(number >> 12 & 0xffff_ff00))
  }

  @Test func itTellsWhatTheFileSystemSays() async throws {
    let tree = try TemporaryTree(["mnt/nas/x": ""])
    let device = try Self.device(tree.path + "/mnt/nas")
    try tree.write("proc/1/mountinfo", "2 1 \(device) / /mnt/nas rw - nfs4 192.0.2.1:/srv rw,addr=192.0.2.1\n")
    let look = try await withLoop { loop in
      let files = HostFiles(root: try HostRoot(tree.path, mode: .live))
      let looks = LiveMountProbes(
        loop: loop, files: files, worker: try Worker(), program: Program.path, deadline: .seconds(60))
      return await looks.look(at: device)
    }
    guard case .answered(let status) = look else {
      Issue.record("\(look)")
      return
    }
    #expect(status.device == device && status.isWritable && !status.isOpenToAll)
    #expect((status.space?.totalBytes ?? 0) > 0)
  }

  @Test func anErrorIsItsNumber() throws {
    let result = try Program.start(["stat-mount", "\(getpid())", "/no/such/place"]).finish()
    #expect(result.status == 0 && result.output == "2\n" && result.error == "")
  }

  @Test func itEndsAtOnceWhenItsParentIsAnother() throws {
    let result = try Program.start(["stat-mount", "1", "/"]).finish()
    #expect(result.status == 0 && result.output == "")
  }

  @Test(.enabled(if: DeadFileSystem.isAvailable, Comment(rawValue: DeadFileSystem.requirement)))
  func itEndsWithTheProcessThatStartedIt() async throws {
    let tree = try TemporaryTree(["mnt/nas/x": ""])
    let point = tree.path + "/mnt/nas"
    let output = try await withLoop { _ in
      let dead = try DeadFileSystem(at: point)
      // The colon keeps the shell from becoming the child itself.
      let parent = try Program.start(["-c", "'\(Program.path)' stat-mount $$ '\(point)'; :"], program: "/bin/sh")
      try await onThread { try dead.waitForQuestion() }
      kill(parent.process.processIdentifier, SIGKILL)
      parent.process.waitUntilExit()
      // A child that is still alive now gets its error and writes it.
      dead.end()
      return parent.finish().output
    }
    #expect(output == "")
  }

  @Test(.enabled(if: DeadFileSystem.isAvailable, Comment(rawValue: DeadFileSystem.requirement)))
  func oneThatNoSignalEndsIsRememberedUntilItIsGone() async throws {
    let tree = try TemporaryTree([
      "mnt/nas/x": "",
      "proc/1/mountinfo": """
      2 1 0:52 / /mnt/nas rw - nfs4 192.0.2.1:/srv rw,addr=192.0.2.1
      3 1 0:53 / /mnt/other rw - nfs4 192.0.2.2:/srv rw,addr=192.0.2.2

      """,
    ])
    let (given, kept, other, after) = try await withLoop { loop in
      let dead = try DeadFileSystem(at: tree.path + "/mnt/nas")
      let looks = LiveMountProbes(
        loop: loop, files: HostFiles(root: try HostRoot(tree.path, mode: .live)), worker: try Worker(),
        program: Program.path, deadline: .seconds(60))
      let stuck = DeviceNumber(major: 0, minor: 52)
      let first = Task(executorPreference: loop) { await looks.look(at: stuck) }
      try await onThread { try dead.waitForQuestion() }
      // Its caller goes; the child cannot.
      first.cancel()
      let given = await first.value
      let kept = await looks.look(at: stuck)
      let other = await looks.look(at: DeviceNumber(major: 0, minor: 53))
      dead.end()
      var after = await looks.look(at: stuck)
      while case .stillStuck = after { after = await looks.look(at: stuck) }
      return (given, kept, other, after)
    }
    #expect(given == .impossible("cancelled"))
    guard case .stillStuck(let process, _) = kept else {
      Issue.record("\(kept)")
      return
    }
    #expect(process > 1)
    // Neither directory is what the table says: that much was asked, by children of their own.
    #expect(other == .gone && after == .gone)
  }

  @Test(.enabled(if: DeadFileSystem.isAvailable, Comment(rawValue: DeadFileSystem.requirement)))
  func withEightThatNoSignalEndsTheNinthIsToldWhy() async throws {
    let mounts = (0..<9).map {
      "\($0 + 2) 1 0:\($0 + 60) / /mnt/nas rw - nfs4 192.0.2.\($0):/srv rw,addr=192.0.2.\($0)\n"
    }
    let tree = try TemporaryTree(["mnt/nas/x": "", "proc/1/mountinfo": mounts.joined()])
    let (ninth, after) = try await withLoop { loop in
      let dead = try DeadFileSystem(at: tree.path + "/mnt/nas")
      let looks = LiveMountProbes(
        loop: loop, files: HostFiles(root: try HostRoot(tree.path, mode: .live)), worker: try Worker(),
        program: Program.path, deadline: .seconds(60))
      let first = (0..<8).map { number in
        Task(executorPreference: loop) { await looks.look(at: DeviceNumber(major: 0, minor: UInt32(60 + number))) }
      }
      try await onThread { for _ in 0..<8 { try dead.waitForQuestion() } }
      // Their callers go; the children cannot.
      for task in first { task.cancel() }
      for task in first { _ = await task.value }
      let last = DeviceNumber(major: 0, minor: 68)
      let ninth = await looks.look(at: last)
      dead.end()
      var after = await looks.look(at: last)
      while case .noRoom = after { after = await looks.look(at: last) }
      return (ninth, after)
    }
    #expect(ninth == .noRoom(stuck: 8) && after == .gone)
  }

  @Test(arguments: [[], ["x", "/"], ["1"], ["1", "/", "x"]]) func wrongWordsAreWrongUsage(words: [String]) throws {
    #expect(try Program.start(["stat-mount"] + words).finish().status == 64)
  }

  @Test func theHelpDoesNotShowIt() throws {
    #expect(!(try Program.start(["--help"]).finish().output.contains("stat-mount")))
  }
}
