package import NIOCore
import NIOPosix

/// The one thread for sockets: the HTTP server and all probes share it.
///
/// It is started by its first use, so a look without probes has no such thread; it ends with the process.
package final class NetworkLoop: Sendable {
  private let group = Guarded<MultiThreadedEventLoopGroup?>(nil)

  /// Makes a loop whose thread is not yet started.
  package init() {}

  /// NIO's event loop.
  package var eventLoop: any NIOCore.EventLoop {
    group.withLock { group in
      let running = group ?? MultiThreadedEventLoopGroup(numberOfThreads: 1)
      group = running
      return running.next()
    }
  }

  /// Whether the thread was started.
  package var isStarted: Bool { group.withLock { $0 != nil } }

  /// Waits until the thread has answered.
  package func answer() async { try? await eventLoop.submit {}.get() }
}
