import CLinux
import NIOCore
import NIOPosix

/// The helper's work: answers the questions that come in on a socket until none has come for some time.
package struct HelperServer: Sendable {
  /// Makes the answer to a line; one that ends with a newline, and at most ``HelperProtocol/answerLimit`` long.
  package typealias Answer = @Sendable (_ line: [UInt8]) async -> [UInt8]

  private let loop: EventLoop
  private let network: NetworkLoop
  private let answer: Answer
  private let idleTime: Duration

  /// - Parameters:
  ///   - loop: on which requests are answered.
  ///   - network: serves the connections.
  ///   - idleTime: how long it stays without a connection; systemd starts it again for the next one.
  ///   - answer: asks with the rights of this process.
  package init(loop: EventLoop, network: NetworkLoop, idleTime: Duration = .seconds(30), answer: @escaping Answer) {
    self.loop = loop
    self.network = network
    self.answer = answer
    self.idleTime = idleTime
  }

  /// Serves until it is idle, or until its task is cancelled.
  ///
  /// - Parameter listener: a listening unix socket, which is closed at the end.
  package func serve(_ listener: CInt) async throws {
    let eventLoop = network.eventLoop
    let idle = eventLoop.makePromise(of: Void.self)
    let idleTime = TimeAmount(idleTime)
    let (table, questions) = try await eventLoop.submit { [loop, answer] in
      (
        NIOLoopBound(HelperConnections(eventLoop: eventLoop, idleTime: idleTime, idle: idle), eventLoop: eventLoop),
        NIOLoopBound(HelperQuestions(loop: loop, eventLoop: eventLoop, answer: answer), eventLoop: eventLoop)
      )
    }.get()
    let server = try await ServerBootstrap(group: eventLoop)
      // A client may close its sending side and still wait for the answer.
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          guard table.value.admit(channel) else { return channel.close(promise: nil) }
          try channel.pipeline.syncOperations.addHandler(
            HelperConnectionHandler(table.value) { questions.value.ask($0, $1) })
        }
      }
      .withBoundSocket(listener).get()
    try await withTaskCancellationHandler {
      try await idle.futureResult.get()
    } onCancel: {
      idle.succeed()
    }
    try await server.close().get()
    try await eventLoop.flatSubmit { table.value.whenEmpty() }.get()
  }
}
