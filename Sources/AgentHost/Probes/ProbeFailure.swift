import AgentText

/// How far a probe came, and why no further.
package struct HTTPProbeFailure: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The part of a probe that failed.
  package enum Phase: String, Sendable, Codable, CaseIterable, SettingsScalar {
    /// The connection.
    case connect
    /// The answer's status and fields.
    case head
    /// The answer's body: the server answered, but not to the end.
    case body
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

  /// The reason in words: `connection refused`, `no answer within 1 s`.
  package var description: String {
    switch (phase, reason) {
    case (.connect, .noAnswer(let time)): "no connection within \(time.spokenExactly)"
    case (.body, .noAnswer(let time)): "no end of the answer within \(time.spokenExactly)"
    default: reason.description
    }
  }
}

/// Why a probe failed.
package enum ProbeFailureReason: Sendable, Hashable, Codable, CustomStringConvertible {
  /// There is no such unix socket (ENOENT).
  case missing
  /// The agent may not connect to the unix socket (EACCES, EPERM).
  case denied
  /// Nothing listens (ECONNREFUSED).
  case refused
  /// The server accepts no connection and its queue is full (EAGAIN of a unix socket, connect(2)).
  case queueFull
  /// The part's deadline passed.
  case noAnswer(within: Duration)
  /// The server closed the connection before the end of the head.
  case closed
  /// The server closed the connection in the middle of the body.
  case incomplete
  /// What came is no HTTP/1.
  case notHTTP
  /// The answer's head is larger than this many bytes.
  case headTooLarge(limit: Int)
  /// Nobody waits for the answer any more.
  case cancelled
  /// Anything else, in words: `no route to host`, `is a regular file`.
  case other(String)

  /// Those that are always the same words.
  private static let fixed: [ProbeFailureReason] = [
    .missing, .denied, .refused, .queueFull, .closed, .incomplete, .notHTTP, .cancelled,
  ]

  /// Reads what ``description`` writes; any other text is a reason in words.
  init(recorded text: String) {
    self = Self.fixed.first { $0.description == text } ?? Self.noAnswer(text) ?? .other(text)
  }

  private static func noAnswer(_ text: String) -> ProbeFailureReason? {
    let prefix = "no answer within "
    guard text.hasPrefix(prefix) else { return nil }
    let time = try? Duration(settingsScalar: text.dropFirst(prefix.count).filter { $0 != " " })
    return time.map { .noAnswer(within: $0) }
  }

  /// The reason in words.
  package var description: String {
    switch self {
    case .missing: "no such socket"
    case .denied: "permission denied"
    case .refused: "connection refused"
    case .queueFull: "accepts no connection, and its queue is full"
    case .noAnswer(let time): "no answer within \(time.spokenExactly)"
    case .closed: "closed before an answer"
    case .incomplete: "closed in the middle of the answer"
    case .notHTTP: "is no HTTP"
    case .headTooLarge(let limit): "the answer's head is more than \(limit >> 10) KiB"
    case .cancelled: "cancelled"
    case .other(let words): words
    }
  }
}
