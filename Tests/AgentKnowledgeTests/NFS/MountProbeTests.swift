import AgentCore
import AgentTesting
import Foundation
import Testing

@testable import AgentHost
@testable import AgentKnowledge

/// Children that stand in for the program: shells that do what a test says.
@Suite("Looking at a mount in a child", .timeLimit(.minutes(5))) struct MountLookTests {
  private static let device = DeviceNumber(major: 0, minor: 52)
  private static let mounts = """
    1 0 8:1 / / rw - ext4 /dev/sda1 rw
    2 1 0:52 / /mnt/nas rw - nfs4 192.0.2.1:/srv rw,addr=192.0.2.1
    3 1 0:53 / /mnt/other rw - nfs4 192.0.2.1:/other rw,addr=192.0.2.1
    4 1 0:54 / /mnt/second rw - nfs4 192.0.2.2:/srv rw,addr=192.0.2.2

    """

  private func withLooks<T: Sendable>(
    _ script: String, mounts: String = mounts, deadline: Duration = MountProbe.deadline,
    _ body: @Sendable @escaping (any MountProbes, TemporaryTree) async throws -> T
  ) async throws -> T {
    let tree = try TemporaryTree(["proc/1/mountinfo": mounts, "script": "#!/bin/sh\n\(script)\n"])
    // Written by another process: a child that a test beside this one starts would inherit our descriptor (ETXTBSY).
    try await onThread {
      let copy = Process()
      copy.executableURL = URL(fileURLWithPath: "/bin/cp")
      copy.arguments = ["script", "child"].map { "\(tree.path)/\($0)" }
      try copy.run()
      copy.waitUntilExit()
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: tree.path + "/child")
    return try await withLoop { loop in
      let files = HostFiles(root: try HostRoot(tree.path, mode: .live))
      let looks = LiveMountProbes(
        loop: loop, files: files, worker: try Worker(), program: tree.path + "/child",
        deadline: deadline)
      return try await body(looks, tree)
    }
  }

  private func look(_ script: String, at device: DeviceNumber = device) async throws -> MountProbe {
    try await withLooks(script) { looks, _ in await looks.look(at: device) }
  }

  @Test("what the child says is what is known")
  func answers() async throws {
    #expect(
      try await look("echo 0 0 52 1 0 1000 200 50 10 1500")
        == .answered(
          MountStatus(
            device: Self.device,
            space: FileSystemSpace(totalBytes: 1000, freeBytes: 200, totalInodes: 50, freeInodes: 10),
            isOpenToAll: true,
            isWritable: false, microseconds: 1500)))
    #expect(
      try await look("echo 0 0 52 1 3 0 0 0 0 1500")
        == .answered(MountStatus(device: Self.device, isOpenToAll: true, isRemembered: true, microseconds: 1500)))
    #expect(
      try await look("echo 0 0 52 0 2 0 0 0 0 1500")
        == .answered(MountStatus(device: Self.device, isWritable: false, isRemembered: true, microseconds: 1500)))
    #expect(try await look("echo 116") == .failed(116))
    #expect(try await look("echo 116").isStale)
  }

  @Test("the child is told its parent and the path below the root")
  func arguments() async throws {
    let (look, words, path) = try await withLooks("echo \"$@\" > \"${0%child}words\"; echo 0 0 52 0 1 0 0 0 0 1") {
      looks, tree in
      let look = await looks.look(at: Self.device)
      return (look, try String(contentsOfFile: tree.path + "/words", encoding: .utf8), tree.path)
    }
    #expect(words == "stat-mount \(getpid()) \(path)/mnt/nas\n")
    #expect(look == .answered(MountStatus(device: Self.device, microseconds: 1)))
  }

  @Test("another file system at the mount point says nothing of this one")
  func replaced() async throws { #expect(try await look("echo 0 8 1 0 1 0 0 0 0 1") == .gone) }

  @Test(
    "only mounted file systems of NFS are looked at",
    arguments: [
      DeviceNumber(major: 8, minor: 1), DeviceNumber(major: 0, minor: 99),
    ])
  func notNFS(device: DeviceNumber) async throws { #expect(try await look("echo 116", at: device) == .gone) }

  @Test(
    "a child that says something else says nothing",
    arguments: [
      "", "echo", "echo x", "echo 0", "echo 0 0 52", "echo -1", "echo 116 2", "echo 0 0 99999999999 0 1 0 0 0 0 1",
      "echo 0 0 52 0 4 0 0 0 0 1", "exit 3", "echo 116; exit 1", "kill -9 $$",
    ])
  func nonsense(script: String) async throws {
    #expect(try await look(script) == .impossible("the child that looks ended without a result"))
  }

  @Test("a program that cannot be started is a reason")
  func missing() async throws {
    let look = try await withLooks("") { looks, tree in
      try tree.remove("child")
      return await looks.look(at: Self.device)
    }
    guard case .impossible = look else {
      Issue.record("\(look)")
      return
    }
  }

  @Test("a child that does not end is killed, and the next one may look again")
  func stuck() async throws {
    let (first, second) = try await withLooks(
      "test -e \"${0%child}back\" && echo 116 && exit; echo > \"${0%child}back\"; exec sleep 600"
    ) { looks, _ in
      (await looks.look(at: Self.device), await looks.look(at: Self.device))
    }
    #expect(first == .stuck)
    #expect(second == .failed(116))
  }

  @Test("a server gets one child at a time, another server its own")
  func onePerServer() async throws {
    // The child tells that it runs, and ends when it is told to; a fifo waits for its other end.
    let script =
      "test \"${3%second}\" != \"$3\" && echo 13 && exit; echo > \"${0%child}up\"; read x < \"${0%child}end\"; echo 116"
    let looks = try await withLooks(script, deadline: .seconds(20)) { looks, tree in
      for name in ["up", "end"] { mkfifo("\(tree.path)/\(name)", 0o600) }
      let first = Task { await looks.look(at: Self.device) }
      _ = try await onThread { try FileHandle(forReadingAtPath: tree.path + "/up")?.readToEnd() }
      let same = await looks.look(at: DeviceNumber(major: 0, minor: 53))
      let other = await looks.look(at: DeviceNumber(major: 0, minor: 54))
      // Open for both, so that a child that is gone keeps nobody waiting.
      let end = FileHandle(forUpdatingAtPath: tree.path + "/end")
      try end?.write(contentsOf: Data("x\n".utf8))
      defer { withExtendedLifetime(end) {} }
      return [await first.value, same, other]
    }
    #expect(looks == [.failed(116), .busy, .failed(13)])
  }

  @Test("eight servers are looked at at once, and no ninth")
  func eight() async throws {
    let mounts = (0..<9).map {
      "\($0 + 2) 1 0:\($0 + 60) / /mnt/\($0) rw - nfs4 192.0.2.\($0):/srv rw,addr=192.0.2.\($0)\n"
    }
    let script = "echo > \"${0%child}up\"; read x < \"${0%child}end\"; echo 116"
    let (looks, ninth) = try await withLooks(script, mounts: mounts.joined(), deadline: .seconds(60)) { looks, tree in
      for name in ["up", "end"] { mkfifo("\(tree.path)/\(name)", 0o600) }
      let first = (0..<8).map { number in
        Task { await looks.look(at: DeviceNumber(major: 0, minor: UInt32(60 + number))) }
      }
      // Each child tells that it runs, and ends when it is told to.
      try await onThread {
        let up = FileHandle(forUpdatingAtPath: tree.path + "/up")
        for _ in 0..<8 { _ = try up?.read(upToCount: 1) }
      }
      let ninth = await looks.look(at: DeviceNumber(major: 0, minor: 68))
      let end = FileHandle(forUpdatingAtPath: tree.path + "/end")
      try end?.write(contentsOf: Data(String(repeating: "x\n", count: 8).utf8))
      defer { withExtendedLifetime(end) {} }
      var found: [MountProbe] = []
      for look in first { found.append(await look.value) }
      return (found, ninth)
    }
    #expect(looks == Array(repeating: .failed(116), count: 8))
    #expect(ninth == .busy)
  }

  @Test("a directory that this process does not see says nothing of its server", arguments: [2, 20])
  func unseen(code: Int) async throws { #expect(try await look("echo \(code)") == .gone) }

  @Test("a recorded host starts nothing")
  func recorded() {
    #expect(RecordedMountProbes([:]).look(at: Self.device) == .notRecorded)
  }
}
