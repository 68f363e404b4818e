import AgentText

/// What came of asking an NFS server whether it is there.
package enum NFSAnswer: Sendable, Hashable {
  /// It serves NFS in the version that was asked for; the time from the start to the reply.
  case serves(after: Duration)
  /// It serves NFS, and not in the version that was asked for; the lowest and the highest that it serves.
  case otherVersions(low: UInt32, high: UInt32)
  /// It is there and does not serve NFS, in words.
  case refuses(String)
  /// There was no reply.
  case failed(NFSProbeFailure)
  /// The host is recorded, and this was not.
  case notRecorded
}

/// How far a question to an NFS server came, and why no further.
package struct NFSProbeFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// The part that failed.
  package enum Phase: String, Sendable, CaseIterable, SettingsScalar {
    /// The connection: the server's kernel answers, or nobody.
    case connect
    /// The reply: the service answers, or nobody.
    case reply
  }

  /// The part that failed.
  package var phase: Phase
  /// Why.
  package var reason: ProbeFailureReason

  /// Makes a failure.
  package init(_ phase: Phase, _ reason: ProbeFailureReason) {
    self.phase = phase
    self.reason = reason
  }

  /// The reason in words.
  package var description: String {
    switch (phase, reason) {
    case (.connect, .noAnswer(let time)): "no connection within \(time.settingsText)"
    case (.reply, .noAnswer(let time)): "a connection, and no reply within \(time.settingsText)"
    default: "\(reason)"
    }
  }
}
