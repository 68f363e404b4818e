/// What came of a probe.
package struct HTTPProbeResult: Sendable, Hashable {
  /// Whether there was an answer.
  package enum Outcome: Sendable, Hashable {
    /// The server answered, with whatever status.
    case answered(HTTPProbeAnswer)
    /// There was no complete answer.
    case failed(HTTPProbeFailure)
    /// The host is recorded, and this was not: to be judged as unknown.
    case notRecorded
  }

  /// How long the parts of a probe took; nil for a part that was not completed.
  package struct Times: Sendable, Hashable {
    /// From the start to the connection.
    package var connect: Duration?
    /// From the connection to the end of the answer's head.
    package var head: Duration?
    /// From the end of the head to the end of the body, or to as much of it as is read.
    package var body: Duration?
    /// From the start to the end of the probe; zero on a recorded host.
    package var total: Duration

    /// Sets the times.
    package init(connect: Duration? = nil, head: Duration? = nil, body: Duration? = nil, total: Duration = .zero) {
      self.connect = connect
      self.head = head
      self.body = body
      self.total = total
    }
  }

  /// Whether there was an answer.
  package var outcome: Outcome
  /// How long the parts took.
  package var times: Times

  /// Makes a result.
  package init(_ outcome: Outcome, times: Times = Times()) {
    self.outcome = outcome
    self.times = times
  }
}

/// A server's answer.
package struct HTTPProbeAnswer: Sendable, Hashable {
  /// The status (RFC 9110, section 15); 3xx too, since redirects are not followed.
  package var status: Int
  /// The header fields. They may hold secrets, such as cookies: an observation takes what it needs.
  package var fields: [HTTPField]
  /// The body, up to the request's limit.
  package var body: [UInt8]
  /// Whether the body goes on beyond the limit.
  package var isTruncated: Bool

  /// Makes an answer.
  package init(status: Int, fields: [HTTPField] = [], body: [UInt8] = [], isTruncated: Bool = false) {
    self.status = status
    self.fields = fields
    self.body = body
    self.isTruncated = isTruncated
  }

  /// The value of the first field of a name, in whatever case.
  package func field(_ name: String) -> String? {
    fields.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}
