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

/// One connection for one question: it is closed whatever comes of it, and gone when the outcome is there.
struct Exchange<Outcome: Sendable>: Sendable {
  /// NIO's event loop.
  let eventLoop: any NIOCore.EventLoop
  /// The longest time until the connection stands.
  let connectDeadline: Duration
  /// The outcome when the connection fails.
  let failed: @Sendable (any Error) -> Outcome
  /// The outcome when the waiting task is cancelled.
  let cancelled: Outcome
  /// Gives the connection its handlers; one of them decides the outcome. The first decision counts.
  let setUp: @Sendable (any Channel, EventLoopPromise<Outcome>) throws -> Void

  /// Connects, and waits for the outcome and the connection's end.
  func run(with address: SocketAddress) async -> Outcome {
    guard !Task.isCancelled else { return cancelled }
    let decision = eventLoop.makePromise(of: Outcome.self)
    let connection = connect(to: address, decision)
    connection.whenFailure { [failed] in decision.succeed(failed($0)) }
    let end = decision.futureResult.flatMap { outcome in
      connection.flatMap(\.closeFuture).map { outcome }.recover { _ in outcome }
    }
    return await withTaskCancellationHandler {
      do { return try await end.get() } catch { return failed(error) }
    } onCancel: {
      decision.succeed(cancelled)
    }
  }

  private func connect(
    to address: SocketAddress, _ decision: EventLoopPromise<Outcome>
  ) -> EventLoopFuture<any Channel> {
    ClientBootstrap(group: eventLoop)
      .connectTimeout(TimeAmount(connectDeadline))
      .channelInitializer { [setUp] channel in
        decision.futureResult.whenComplete { _ in channel.close(promise: nil) }
        return channel.eventLoop.makeCompletedFuture { try setUp(channel, decision) }
      }
      .connect(to: address)
  }
}
