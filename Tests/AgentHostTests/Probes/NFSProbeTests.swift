import AgentTesting
import Glibc
import Testing

@testable import AgentHost
@testable import AgentText

@Suite("Asking an NFS server", .timeLimit(.minutes(5))) struct NFSProbeTests {
  private static let patience = Duration.seconds(20)

  /// A server of RPC on loopback: gets the transaction's number and answers with these bytes.
  private func ask(
    version: UInt32 = 4, deadline: Duration = patience, isIPv6: Bool = false,
    _ serve: @escaping @Sendable (SocketConnection, _ transaction: [UInt8]) -> Void
  ) async throws -> NFSAnswer {
    let server = try SocketServer(isIPv6: isIPv6) { connection in
      let call = connection.receive(count: 44)
      serve(connection, Array(call.dropFirst(4).prefix(4)))
    }
    defer { withExtendedLifetime(server) {} }
    return try await Self.ask(server.port, version: version, deadline: deadline, isIPv6: isIPv6)
  }

  private static func ask(
    _ port: UInt16, version: UInt32 = 4, deadline: Duration = patience, isIPv6: Bool = false
  ) async throws -> NFSAnswer {
    let address = IPAddress(loopback: isIPv6 ? .v6 : .v4)
    let target = NFSTarget(address: NFSAddress(address), port: try #require(PortNumber(port)), version: version)
    return await LiveNFSProbes(network: testNetwork).ask(target, deadline: deadline)
  }

  static func record(_ words: [UInt32], last: Bool = true) -> [UInt8] {
    bytes([UInt32(words.count * 4) | (last ? 1 << 31 : 0)] + words)
  }

  static func bytes(_ words: [UInt32]) -> [UInt8] {
    words.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) } }
  }

  private static func number(_ transaction: [UInt8]) -> UInt32 { transaction.reduce(0) { $0 << 8 | UInt32($1) } }

  @Test("the call is what RFC 5531 says", arguments: [3, 4]) func call(version: UInt32) {
    #expect(
      RPCNullCall(transaction: 7, version: version).record
        == Self.bytes([0x8000_0028, 7, 0, 2, 100_003, version, 0, 0, 0, 0, 0]))
  }

  @Test("a server that accepts the call serves", arguments: [false, true]) func serves(isIPv6: Bool) async throws {
    let answer = try await ask(isIPv6: isIPv6) { connection, transaction in
      connection.send(Self.record([Self.number(transaction), 1, 0, 0, 0, 0]))
      connection.receiveAll()
    }
    guard case .serves(let time) = answer else {
      Issue.record("\(answer)")
      return
    }
    #expect(time > .zero)
  }

  @Test("a reply in fragments, byte by byte and with a verifier, is put together")
  func fragments() async throws {
    let answer = try await ask { connection, transaction in
      let number = Self.number(transaction)
      let text = Self.record([number, 1, 0], last: false) + Self.record([6, 5, 1, 2, 0])
      for byte in text { connection.send([byte]) }
      connection.receiveAll()
    }
    // The verifier's five bytes fill two words.
    #expect(answer.isServing)
  }

  @Test("a server that answers and does not serve tells why")
  func refusals() async throws {
    let answers: [([UInt32], NFSAnswer)] = [
      ([1, 0, 0, 0, 1], .refuses("it does not serve NFS")), ([1, 0, 0, 0, 2, 3, 3], .otherVersions(low: 3, high: 3)),
      ([1, 0, 0, 0, 3], .refuses("it knows no NULL procedure")),
      ([1, 0, 0, 0, 4], .refuses("it cannot read the call")),
      ([1, 0, 0, 0, 5], .refuses("it has an error of its own")),
      ([1, 1, 0, 2, 2], .refuses("it speaks another version of RPC")),
      ([1, 1, 1, 5], .refuses("it wants authentication (5)")),
    ]
    for (words, expected) in answers {
      let answer = try await ask { connection, transaction in
        connection.send(Self.record([Self.number(transaction)] + words))
      }
      #expect(answer == expected)
    }
  }

  @Test("hostile answers are no answer")
  func hostile() async throws {
    let noRPC = ProbeFailureReason.other("what answers is no RPC")
    let answers: [(@Sendable ([UInt8]) -> [UInt8], ProbeFailureReason)] = [
      ({ Self.record([Self.number($0) ^ 1, 1, 0, 0, 0, 0]) }, .other("it answers another call")),
      ({ Self.record([Self.number($0), 0, 2, 1, 1, 1]) }, .other("it answers another call")),
      ({ Self.record([Self.number($0), 9, 0, 0, 0, 0]) }, noRPC), ({ Self.record([Self.number($0), 1, 7]) }, noRPC),
      ({ Self.record([Self.number($0), 1, 0, 0, 4000, 0]) }, noRPC),
      ({ Self.record([Self.number($0), 1, 0, 0, 0]) }, noRPC), ({ _ in Self.record([]) }, noRPC),
      ({ _ in Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8) }, noRPC),
      ({ _ in Array("SSH-2.0-OpenSSH_9.2\r\n".utf8) }, noRPC), ({ _ in Array(repeating: 0, count: 4) }, noRPC),
      ({ _ in Array(repeating: 0xFF, count: 1 << 16) }, noRPC),
      ({ Array(Self.record([Self.number($0), 1, 0, 0, 0, 0]).dropLast(3)) }, .incomplete),
      ({ _ in [0x80] }, .incomplete),
      ({ _ in [] }, .closed),
    ]
    for (bytes, reason) in answers {
      let answer = try await ask { connection, transaction in connection.send(bytes(transaction)) }
      #expect(answer == .failed(NFSProbeFailure(.reply, reason)))
    }
  }

  @Test("a server that says nothing is waited for only so long")
  func silent() async throws {
    let answer = try await ask(deadline: .milliseconds(200)) { connection, _ in connection.receiveAll() }
    #expect(answer == .failed(NFSProbeFailure(.reply, .noAnswer(within: .milliseconds(200)))))
  }

  @Test("a server that drips is waited for no longer")
  func dripping() async throws {
    let answer = try await ask(deadline: .milliseconds(200)) { connection, _ in
      connection.send([0x80, 0, 0, 100, 1])
      connection.receiveAll()
    }
    #expect(answer == .failed(NFSProbeFailure(.reply, .noAnswer(within: .milliseconds(200)))))
  }

  @Test("where nothing listens the host is up")
  func refused() async throws {
    let listener = try SocketServer.tcpListener(backlog: 1)
    let port = listener.port
    close(listener.descriptor)
    #expect(try await Self.ask(port) == .failed(NFSProbeFailure(.connect, .refused)))
  }

  @Test("an interface that is gone is a reason")
  func zone() async throws {
    let address = NFSAddress(IPAddress(v6: 0xfe80 << 112 | 1), zone: "none0")
    let answer = await LiveNFSProbes(network: testNetwork).ask(
      NFSTarget(address: address, version: 4), deadline: Self.patience)
    #expect(answer == .failed(NFSProbeFailure(.connect, .other("there is no interface none0"))))
  }

  @Test("nobody waits for a probe that is cancelled")
  func cancelled() async throws {
    let server = try SocketServer { $0.receiveAll() }
    let task = Task { try await Self.ask(server.port) }
    task.cancel()
    #expect(try await task.value == .failed(NFSProbeFailure(.connect, .cancelled)))
    withExtendedLifetime(server) {}
  }

  @Test("records are bounded whatever their fragments say")
  func assembler() {
    func progress(_ bytes: [UInt8]) -> RPCRecordAssembler.Progress {
      var assembler = RPCRecordAssembler()
      return assembler.take(bytes)
    }
    #expect(progress(Self.bytes([0, 0, 0])) == .tooLong)
    #expect(progress(Self.bytes([0xFFFF_FFFF])) == .tooLong)
    #expect(progress(Self.record([1]) + Self.record([2])) == .record(Self.bytes([1])))
    #expect(progress((0..<300).flatMap { _ in Self.record([1], last: false) }) == .tooLong)
  }
}

extension NFSAnswer {
  var isServing: Bool { if case .serves = self { true } else { false } }
}
