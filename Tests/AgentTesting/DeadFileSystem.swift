import AgentHost
import Foundation
import Glibc

/// A mounted file system that takes every question and answers none (fuse(4)): a call on it waits, and once its question
/// was taken no signal ends the wait before ``end()`` does.
///
/// It is mounted in a mount namespace of the calling thread's own, so that only this thread and what it starts see it.
package final class DeadFileSystem: Sendable {
  /// A call that failed.
  package struct Failure: Error, CustomStringConvertible {
    /// What failed, and how.
    package var description: String
  }

  /// Whether this process may mount one.
  package static let isAvailable: Bool = {
    guard let tree = try? TemporaryTree(["mnt/x": ""]) else { return false }
    let path = tree.path + "/mnt"
    return withExtendedLifetime(tree) {
      // On a thread of its own: the namespace stays with it.
      let isMade = Guarded(false)
      let done = DispatchSemaphore(value: 0)
      Thread {
        if let made = try? DeadFileSystem(at: path) {
          made.end()
          isMade.withLock { $0 = true }
        }
        done.signal()
      }.start()
      done.wait()
      return isMade.withLock { $0 }
    }
  }()

  /// Why tests that need one are skipped.
  package static let requirement = "needs CAP_SYS_ADMIN for a mount namespace, and /dev/fuse"

  private static let newMounts: CInt = 0x2_0000  // CLONE_NEWNS
  private static let privateBelow: UInt = 0x4_4000  // MS_REC | MS_PRIVATE
  private static let forcedAndDetached: CInt = 3  // MNT_FORCE | MNT_DETACH

  private let path: String
  private let connection: CInt
  private let questions = DispatchSemaphore(value: 0)

  /// Mounts it at a directory, for the calling thread.
  package init(at path: String) throws {
    self.path = path
    connection = open("/dev/fuse", O_RDWR | O_CLOEXEC)
    guard connection >= 0 else { throw Failure(description: "/dev/fuse: errno \(errno)") }
    typealias Unshare = @convention(c) (CInt) -> CInt
    typealias Mount =
      @convention(c) (
        UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?, UInt, UnsafeRawPointer?
      ) -> CInt
    let mount = try Self.symbol("mount", as: Mount.self)
    guard try Self.symbol("unshare", as: Unshare.self)(Self.newMounts) == 0,
      mount("none", "/", nil, Self.privateBelow, nil) == 0
    else {
      close(connection)
      throw Failure(description: "unshare: errno \(errno)")
    }
    let options = "fd=\(connection),rootmode=40000,user_id=0,group_id=0"
    guard options.withCString({ mount("dead", path, "fuse", 0, $0) }) == 0 else {
      close(connection)
      throw Failure(description: "mount: errno \(errno)")
    }
    Thread { self.serve() }.start()
  }

  /// Blocks until somebody asks what is there, and has got no answer.
  package func waitForQuestion() throws {
    guard questions.wait(timeout: .now() + 60) == .success else { throw Failure(description: "nobody asked") }
  }

  /// Takes it away: whoever waits gets an error. For the thread that mounted it.
  package func end() {
    _ = try? Self.symbol("umount2", as: (@convention(c) (UnsafePointer<CChar>, CInt) -> CInt).self)(
      path, Self.forcedAndDetached)
  }

  /// Agrees on the protocol, then takes questions until it is unmounted.
  private func serve() {
    defer { close(connection) }
    var question = [UInt8](repeating: 0, count: 128 << 10)
    while true {
      let count = read(connection, &question, question.count)
      // A question that was withdrawn before it was taken.
      if count < 0, errno == EINTR || errno == ENOENT { continue }
      guard count >= 40 else { return }
      let words = question.withUnsafeBytes { Array($0.prefix(40).bindMemory(to: UInt32.self)) }
      switch words[1] {
      case 26: agree(words)  // FUSE_INIT
      case 3, 52: questions.signal()  // FUSE_GETATTR, FUSE_STATX
      default: break
      }
    }
  }

  /// The header (length, error, number of the question), then version 7.31 with the smallest limits.
  private func agree(_ question: [UInt32]) {
    var answer: [UInt32] = [80, 0, question[2], question[3], 7, 31, 0, 0, 0, 4096, 1]
    answer += [UInt32](repeating: 0, count: 20 - answer.count)
    _ = answer.withUnsafeBytes { write(connection, $0.baseAddress, $0.count) }
  }

  /// A function of the C library that Swift's Glibc module may not show.
  private static func symbol<T>(_ name: String, as type: T.Type) throws -> T {
    guard let found = dlsym(nil, name) else { throw Failure(description: "no \(name)") }
    return unsafeBitCast(found, to: type)
  }
}
