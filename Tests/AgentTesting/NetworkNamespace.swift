import AgentHost
import Foundation

/// Network namespaces of a test's own (network_namespaces(7)), one per thread: nothing that is sent in one leaves it.
package enum NetworkNamespace {
  /// A command that failed.
  package struct Failure: Error, CustomStringConvertible {
    /// What failed, and how.
    package var description: String
  }

  /// Whether this process may make one (CAP_SYS_ADMIN) and has ip(8).
  package static let isAvailable: Bool = {
    let isMade = Guarded(false)
    let done = DispatchSemaphore(value: 0)
    Thread {
      isMade.withLock { $0 = unshareNetwork() && (try? ip("link set lo up")) != nil }
      done.signal()
    }.start()
    done.wait()
    return isMade.withLock { $0 }
  }()

  /// Why tests that need one are skipped.
  package static let requirement = "needs CAP_SYS_ADMIN for a network namespace, and ip(8)"

  /// Moves the calling thread, and what it starts, into a new namespace whose loopback interface is up.
  package static func enter() throws {
    guard unshareNetwork() else { throw Failure(description: "unshare: errno \(errno)") }
    try ip("link set lo up")
  }

  /// Runs ip(8) commands in the calling thread's namespace, one after the other.
  package static func ip(_ commands: String...) throws { try ip(commands) }

  /// Runs ip(8) commands in the calling thread's namespace, one after the other.
  package static func ip(_ commands: [String]) throws {
    let status = try start(commands).wait()
    guard status == 0 else {
      throw Failure(description: "ip ended with \(status): \(commands.prefix(4).joined(separator: "; "))")
    }
  }

  /// Starts ip(8) in the calling thread's namespace and does not wait for its end.
  package static func start(_ commands: [String]) throws -> Running {
    let batch = try TemporaryTree(["commands": commands.joined(separator: "\n") + "\n"])
    let arguments = ["ip", "-batch", batch.path + "/commands"]
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var pid: pid_t = 0
    let code = posix_spawnp(&pid, "ip", nil, nil, &words, environ)
    guard code == 0 else { throw Failure(description: "posix_spawnp ip: errno \(code)") }
    return Running(pid: pid, batch: batch)
  }

  /// A started ip(8).
  package final class Running {
    private let pid: pid_t
    private let batch: TemporaryTree
    private var status: CInt?

    init(pid: pid_t, batch: TemporaryTree) {
      self.pid = pid
      self.batch = batch
    }

    /// Whether it has ended.
    package var hasEnded: Bool {
      if status != nil { return true }
      var raw: CInt = 0
      guard waitpid(pid, &raw, WNOHANG) == pid else { return false }
      status = raw
      return true
    }

    /// Waits for its end.
    ///
    /// - Returns: 0 when all commands succeeded.
    package func wait() -> CInt {
      if let status { return status }
      var raw: CInt = 0
      waitpid(pid, &raw, 0)
      status = raw
      return raw
    }
  }

  /// The calling thread's number, for `ip link set … netns NUMBER`.
  package static var thread: String {
    let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
    return link?.split(separator: "/").last.map(String.init) ?? ""
  }

  /// Takes CAP_NET_RAW from the calling thread for good (capabilities(7)).
  package static func dropRawCapability() throws {
    typealias Change = @convention(c) (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> CInt
    guard let get = symbol("capget", as: Change.self), let set = symbol("capset", as: Change.self) else {
      throw Failure(description: "no capset")
    }
    // struct __user_cap_header_struct, version 3, the calling thread; two sets of effective, permitted, inheritable.
    var header: [UInt32] = [0x2008_0522, 0]
    var sets = [UInt32](repeating: 0, count: 6)
    guard get(&header, &sets) == 0 else { throw Failure(description: "capget: errno \(errno)") }
    let raw: UInt32 = 1 << 13
    sets[0] &= ~raw
    sets[1] &= ~raw
    guard set(&header, &sets) == 0 else { throw Failure(description: "capset: errno \(errno)") }
  }

  private static func unshareNetwork() -> Bool {
    let newNetwork: CInt = 0x4000_0000
    return symbol("unshare", as: (@convention(c) (CInt) -> CInt).self)?(newNetwork) == 0
  }

  /// A function of the C library that Swift's Glibc module does not show.
  private static func symbol<T>(_ name: String, as type: T.Type) -> T? {
    dlsym(nil, name).map { unsafeBitCast($0, to: type) }
  }
}
