package import AgentText
import NIOCore
import NIOPosix

/// Where an NFS server is asked, and for which version.
package struct NFSTarget: Sendable, Hashable, CustomStringConvertible {
  /// The address.
  package var address: NFSAddress
  /// The port of NFS itself.
  package var port: PortNumber
  /// The major version.
  package var version: UInt32

  /// Makes a target.
  package init(address: NFSAddress, port: PortNumber = .nfs, version: UInt32) {
    self.address = address
    self.port = port
    self.version = version
  }

  /// `192.0.2.1:2049` or `[fe80::1%eth0]:2049`.
  package var description: String {
    address.address.family == .v6 ? "[\(address)]:\(port)" : "\(address):\(port)"
  }
}

/// Asks NFS servers whether they are there: by TCP, the way that the mounts themselves take, and without a name; on a
/// recorded host the recording.
package protocol NFSProbes: Sendable {
  /// Asks once; it never throws, and cancelling the task closes the connection.
  func ask(_ target: NFSTarget, deadline: Duration) async -> NFSAnswer
}

/// Asks the servers of a live host.
package struct LiveNFSProbes: NFSProbes {
  private let network: NetworkLoop

  /// - Parameter network: connects; its thread is started by the first question.
  package init(network: NetworkLoop) { self.network = network }

  package func ask(_ target: NFSTarget, deadline: Duration) async -> NFSAnswer {
    guard let address = target.address.socketAddress(port: target.port) else {
      return .failed(NFSProbeFailure(.connect, .other("there is no interface \(target.address.zone ?? "")")))
    }
    let start = NIODeadline.now()
    let call = RPCNullCall(transaction: .random(in: .min ... .max), version: target.version)
    let exchange = Exchange<NFSAnswer>(
      eventLoop: network.eventLoop, connectDeadline: deadline,
      failed: { .failed(NFSProbeFailure(.connect, ProbeFailureReason(connecting: $0, within: deadline))) },
      cancelled: .failed(NFSProbeFailure(.connect, .cancelled)),
      setUp: { channel, decision in
        try channel.pipeline.syncOperations.addHandler(
          NFSProbeHandler(call, since: start, deadline: deadline, decision: decision))
      })
    return await exchange.run(with: address)
  }
}

/// What an NFS server of a recorded host answered: an item of `nfs` in `recorded.yaml`.
///
///     nfs:
///       - {server: 192.168.100.171, latency: 1ms}
///       - {server: 192.168.100.172, port: 20490, fails: connect, reason: connection refused}
///       - {server: 192.168.100.173, refuses: it does not serve NFS}
package struct RecordedNFSAnswer: SettingsEncodable, Sendable {
  private let server: IPAddress
  private let port: PortNumber
  let answer: NFSAnswer

  /// Reads `server`, which is required, `port` (2049), and `latency`, or `fails` (connect, reply) and `reason`, or
  /// `refuses`, or `versions`, the lowest and the highest that it serves instead.
  package init?(from reader: SettingsReader) {
    let server: IPAddress? = reader.required("server")
    port = reader.value("port", default: .nfs)
    let latency: Duration = reader.value("latency", default: .milliseconds(1))
    let fails: NFSProbeFailure.Phase? = reader.optional("fails")
    let reason: String? = reader.optional("reason")
    let refuses: String? = reader.optional("refuses")
    let versions: [Int] = reader.list("versions")
    if reader.has("versions"), versions.count != 2 || !versions.allSatisfy((0...Int(UInt32.max)).contains) {
      reader.reject("versions", "are not two versions", allowed: "[LOWEST, HIGHEST]")
    }
    if (fails == nil) != (reason == nil) {
      reader.reject("fails", "and 'reason' come together", allowed: "both keys or neither")
    }
    answer =
      if let fails {
        .failed(NFSProbeFailure(fails, ProbeFailureReason(recorded: reason ?? "")))
      } else if let refuses {
        .refuses(refuses)
      } else if let low = versions.first, let high = versions.last {
        .otherVersions(low: UInt32(clamping: low), high: UInt32(clamping: high))
      } else {
        .serves(after: latency)
      }
    guard let server else { return nil }
    self.server = server
  }

  /// What a server answered, to be recorded; nil for what is none.
  package init?(_ target: NFSTarget, _ answer: NFSAnswer) {
    guard answer != .notRecorded else { return nil }
    server = target.address.address
    port = target.port
    self.answer = answer
  }

  package func write(to writer: inout SettingsWriter) {
    writer.value("server", server)
    writer.value("port", port, default: .nfs)
    switch answer {
    case .serves(let time): writer.value("latency", time, default: .milliseconds(1))
    case .otherVersions(let low, let high): writer.list("versions", [Int(low), Int(high)])
    case .notRecorded: break
    case .refuses(let words): writer.value("refuses", words)
    case .failed(let failure):
      writer.value("fails", failure.phase)
      writer.value("reason", failure.reason.description)
    }
  }

  func answers(_ target: NFSTarget) -> Bool { server == target.address.address && port == target.port }
}

/// What was recorded of NFS servers: `nfs` of `recorded.yaml`.
package struct RecordedNFSProbes: NFSProbes {
  private let answers: [RecordedNFSAnswer]

  package init(_ answers: [RecordedNFSAnswer]) { self.answers = answers }

  package func ask(_ target: NFSTarget, deadline: Duration) -> NFSAnswer {
    answers.first { $0.answers(target) }?.answer ?? .notRecorded
  }
}
