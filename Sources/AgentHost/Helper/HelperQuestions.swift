import NIOCore

/// The questions that are being answered; belongs to the helper's event loop.
///
/// Equal questions are asked of the machine once. A question whose askers have all left is cancelled, and counts until it
/// has ended: what is asked of a dead server may not end at once.
final class HelperQuestions {
  /// The most that are asked of the machine at once.
  private static let most = 16

  private struct Run {
    let number: Int
    let task: Task<Void, Never>
    var askers: [ObjectIdentifier: any Channel]
  }

  private let loop: EventLoop
  private let eventLoop: any NIOCore.EventLoop
  private let answer: HelperServer.Answer
  private var runs: [[UInt8]: Run] = [:]
  private var running = 0
  private var lastNumber = 0

  /// - Parameters:
  ///   - loop: on which questions are answered.
  ///   - eventLoop: the connections' own.
  init(loop: EventLoop, eventLoop: any NIOCore.EventLoop, answer: @escaping HelperServer.Answer) {
    self.loop = loop
    self.eventLoop = eventLoop
    self.answer = answer
  }

  /// Answers a line on a connection, which is closed then.
  func ask(_ line: [UInt8], _ channel: any Channel) {
    if runs[line] == nil {
      guard running < Self.most else {
        return Self.reply(HelperProtocol.error("\(Self.most) questions are being answered already"), channel)
      }
      runs[line] = start(line)
    }
    guard let number = runs[line]?.number else { return }
    let asker = ObjectIdentifier(channel)
    runs[line]?.askers[asker] = channel
    channel.closeFuture.assumeIsolated().whenComplete { [self] _ in leave(line, number, asker) }
  }

  private func start(_ line: [UInt8]) -> Run {
    running += 1
    lastNumber += 1
    let number = lastNumber
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    let task = Task(executorPreference: loop) { [answer, eventLoop] in
      let bytes = await answer(line)
      eventLoop.execute { bound.value.end(line, number, bytes) }
    }
    return Run(number: number, task: task, askers: [:])
  }

  private func end(_ line: [UInt8], _ number: Int, _ bytes: [UInt8]) {
    running -= 1
    guard let run = runs[line], run.number == number else { return }
    runs[line] = nil
    for channel in run.askers.values { Self.reply(bytes, channel) }
  }

  private func leave(_ line: [UInt8], _ number: Int, _ asker: ObjectIdentifier) {
    guard runs[line]?.number == number else { return }
    runs[line]?.askers[asker] = nil
    guard let run = runs[line], run.askers.isEmpty else { return }
    run.task.cancel()
    runs[line] = nil
  }

  private static func reply(_ bytes: [UInt8], _ channel: any Channel) {
    channel.writeAndFlush(ByteBuffer(bytes: bytes)).whenComplete { _ in channel.close(promise: nil) }
  }
}
