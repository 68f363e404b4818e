import CLinux
import Glibc

/// Signals as events of the loop.
package actor Signals {
  /// The signals that end the agent.
  package enum Ending: CInt, Sendable, CaseIterable {
    /// Ctrl-C.
    case interrupt = 2
    /// `systemctl stop`, `kill`.
    case terminate = 15
  }

  /// `systemctl reload`, `kill -HUP`.
  private static let reload: CInt = 1

  private final class Watched {
    let source: EventSource

    init(_ source: consuming EventSource) { self.source = source }
  }

  private let loop: EventLoop
  private var watched: [Watched] = []
  /// The event loop, which receives the signals.
  package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  /// Makes signals events of `loop`; call ``block()`` first.
  package init(loop: EventLoop) { self.loop = loop }

  isolated deinit { watched = [] }

  /// Blocks the signals that become events and ignores SIGPIPE; before any thread is started, because threads inherit the mask.
  package static func block() {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in Ending.allCases { sigaddset(&set, signal.rawValue) }
    sigaddset(&set, reload)
    pthread_sigmask(SIG_BLOCK, &set, nil)
    clinux_ignore_sigpipe()
  }

  /// The ending signals, as they come.
  ///
  /// - Throws: ``SystemCallError`` when the loop cannot receive them.
  package func ending() throws(SystemCallError) -> AsyncStream<Ending> {
    let (stream, continuation) = AsyncStream.makeStream(of: Ending.self)
    for signal in Ending.allCases {
      watched.append(Watched(try EventSource.signal(signal.rawValue) { _ in continuation.yield(signal) }))
    }
    return stream
  }

  /// Requests to read the configuration again; those that come while nobody takes one are one.
  ///
  /// - Throws: ``SystemCallError`` when the loop cannot receive them.
  package func reloads() throws(SystemCallError) -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    watched.append(Watched(try EventSource.signal(Self.reload) { _ in continuation.yield() }))
    return stream
  }
}
