import AgentTesting
import Testing

@testable import AgentHost
@testable import AgentKnowledge

@Suite("The privileged helper", .timeLimit(.minutes(10)))
struct HelperServerTests {
  /// Sends bytes to a helper and returns what comes back before the end.
  private func say(_ text: String, endsSending: Bool = false) async throws -> String {
    let crio = try CRIOStandIn()
    return try await crio.serving {
      try await onThread {
        let connection = try SocketConnection(unix: crio.helperPath)
        connection.send(text)
        if endsSending { connection.endSending() }
        return connection.receiveAll()
      }
    }
  }

  private static let question = #"{"request":"crio-info","version":1}"#

  @Test("a question has one line as its answer, also for a client that sends no more")
  func answer() async throws {
    for endsSending in [false, true] {
      let answer = try await say(Self.question + "\n", endsSending: endsSending)
      let read = HelperProtocol.read(
        Array(answer.utf8).dropLast(), as: HelperProtocol.Answer<CRIOReport>.self)
      #expect(read?.facts?.info.value == CRIOInfo(storageRoot: "/var/lib/containers/storage", cgroupDriver: "systemd"))
      #expect(answer.last == "\n")
    }
  }

  @Test(
    "what is no question of the protocol is answered by an error",
    arguments: [
      ("hello", "the question is not"), ("", "the question is not"), ("{}", "the question is not"),
      (#"{"request":"crio-info"}"#, "the question is not"), (#"{"request":5,"version":1}"#, "the question is not"),
      (String(repeating: "[", count: 600), "the question is not"), ("\u{0}\u{1}", "the question is not"),
      (#"{"request":"crio-info","version":2}"#, "version 2 is not spoken here, only 1"),
      (#"{"request":"shell","version":1}"#, "there is no such request; answered are: crio-info"),
      (#"{"request":"","version":1}"#, "there is no such request"),
    ])
  func errors(question: String, words: String) async throws {
    let answer = try await say(question + "\n")
    let read = HelperProtocol.read(Array(answer.utf8).dropLast(), as: HelperProtocol.Answer<CRIOReport>.self)
    #expect(read?.facts == nil)
    #expect(read?.error?.hasPrefix(words) == true)
  }

  @Test("a question without end is cut", arguments: [4096, 1 << 20])
  func huge(size: Int) async throws {
    let answer = try await say(String(repeating: "x", count: size))
    // A client that still sends may lose the answer with the reset.
    #expect(answer.isEmpty || answer.contains("at most 4096 bytes"))
    if size == 4096 { #expect(!answer.isEmpty) }
  }

  @Test("half a line is answered by the end")
  func half() async throws {
    #expect(try await say(Self.question, endsSending: true) == "")
  }

  @Test("silence is ended, and does not keep others waiting")
  func silence() async throws {
    let crio = try CRIOStandIn()
    let (first, second) = try await crio.serving {
      try await onThread {
        let silent = try SocketConnection(unix: crio.helperPath)
        let other = try SocketConnection(unix: crio.helperPath)
        other.send(Self.question + "\n")
        let answer = other.receiveAll()
        return (silent.receiveAll(), answer)
      }
    }
    #expect(first == "")
    #expect(second.contains("systemd"))
  }

  @Test("a client that is gone before its answer harms nobody")
  func gone() async throws {
    let crio = try CRIOStandIn()
    let answer = try await crio.serving {
      for _ in 0..<50 { try SocketConnection(unix: crio.helperPath).send(Self.question + "\n") }
      // Of too many at once some are turned away, and a busy machine may miss a deadline: it is asked until it answers.
      while true {
        let answer = try await crio.helper().crioInfo()
        if answer.facts?.info.value != nil { return answer }
      }
    }
    #expect(answer.facts?.info.value?.cgroupDriver == "systemd")
  }

  @Test("those that are silent do not shut out one that asks")
  func many() async throws {
    let crio = try CRIOStandIn()
    let answer = try await crio.serving {
      try await onThread {
        let silent = try (0..<16).map { _ in try SocketConnection(unix: crio.helperPath) }
        let last = try SocketConnection(unix: crio.helperPath)
        last.send(Self.question + "\n")
        return withExtendedLifetime(silent) { last.receiveAll() }
      }
    }
    #expect(answer.contains("systemd"))
  }

  @Test("it ends when it was idle, and not before")
  func idle() async throws {
    let crio = try CRIOStandIn()
    try await crio.serving(idleTime: short) { _ in }
    #expect(try await crio.helper().crioInfo().facts == nil)
  }
}
