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

/// Asks NFS servers whether they are there: by TCP, the way that the mounts themselves take, and without a name.
package struct NFSProbes: Sendable {
  private let network: NetworkLoop
  private let recorded: [RecordedNFSAnswer]?

  /// - Parameter recorded: the answers of a recorded host; nil on a live one.
  package init(network: NetworkLoop, recorded: [RecordedNFSAnswer]?) {
    self.network = network
    self.recorded = recorded
  }

  /// Asks once; it never throws, and cancelling the task closes the connection.
  package func ask(_ target: NFSTarget, deadline: Duration) async -> NFSAnswer {
    if let recorded { return recorded.first { $0.answers(target) }?.answer ?? .notRecorded }
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
package struct RecordedNFSAnswer: SettingsDecodable, Sendable {
  private let server: IPAddress
  private let port: PortNumber
  let answer: NFSAnswer

  /// Reads `server`, which is required, `port` (2049), and `latency`, or `fails` (connect, reply) and `reason`, or
  /// `refuses`.
  package init?(from reader: SettingsReader) {
    let server: IPAddress? = reader.required("server")
    port = reader.value("port", default: .nfs)
    let latency: Duration = reader.value("latency", default: .milliseconds(1))
    let fails: NFSProbeFailure.Phase? = reader.optional("fails")
    let reason: String? = reader.optional("reason")
    let refuses: String? = reader.optional("refuses")
    if (fails == nil) != (reason == nil) {
      reader.reject("fails", "and 'reason' come together", allowed: "both keys or neither")
    }
    answer =
      if let fails {
        .failed(NFSProbeFailure(fails, ProbeFailureReason(recorded: reason ?? "")))
      } else if let refuses {
        .refuses(refuses)
      } else {
        .serves(after: latency)
      }
    guard let server else { return nil }
    self.server = server
  }

  func answers(_ target: NFSTarget) -> Bool { server == target.address.address && port == target.port }
}
