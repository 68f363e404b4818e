import AgentTesting
import Foundation
import Testing

@testable import AgentHost

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
      let looks = MountLooks(
        loop: loop, files: files, worker: try Worker(), recorded: nil, program: Program.path, deadline: .seconds(60))
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

  @Test(arguments: [[], ["x", "/"], ["1"], ["1", "/", "x"]]) func wrongWordsAreWrongUsage(words: [String]) throws {
    #expect(try Program.start(["stat-mount"] + words).finish().status == 64)
  }

  @Test func theHelpDoesNotShowIt() throws {
    #expect(!(try Program.start(["--help"]).finish().output.contains("stat-mount")))
  }
}
