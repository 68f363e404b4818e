/// What came of a probe.
public struct HTTPProbeResult: Sendable, Hashable {
  /// Whether there was an answer.
  public enum Outcome: Sendable, Hashable {
    /// The server answered, with whatever status.
    case answered(HTTPProbeAnswer)
    /// There was no complete answer.
    case failed(HTTPProbeFailure)
    /// The host is recorded, and this was not: to be judged as unknown.
    case notRecorded
  }

  /// How long the parts of a probe took; nil for a part that was not completed.
  public struct Times: Sendable, Hashable {
    /// From the start to the connection.
    public var connect: Duration?
    /// From the connection to the end of the answer's head.
    public var head: Duration?
    /// From the end of the head to the end of the body, or to as much of it as is read.
    public var body: Duration?
    /// From the start to the end of the probe; zero on a recorded host.
    public var total: Duration

    /// Sets the times.
    public init(connect: Duration? = nil, head: Duration? = nil, body: Duration? = nil, total: Duration = .zero) {
      self.connect = connect
      self.head = head
      self.body = body
      self.total = total
    }
  }

  /// Whether there was an answer.
  public var outcome: Outcome
  /// How long the parts took.
  public var times: Times

  /// Makes a result.
  public init(_ outcome: Outcome, times: Times = Times()) {
    self.outcome = outcome
    self.times = times
  }
}

/// A server's answer.
public struct HTTPProbeAnswer: Sendable, Hashable {
  /// The status (RFC 9110, section 15); 3xx too, since redirects are not followed.
  public var status: Int
  /// The header fields. They may hold secrets, such as cookies: an observation takes what it needs.
  public var fields: [HTTPField]
  /// The body, up to the request's limit.
  public var body: [UInt8]
  /// Whether the body goes on beyond the limit.
  public var isTruncated: Bool

  /// Makes an answer.
  public init(status: Int, fields: [HTTPField] = [], body: [UInt8] = [], isTruncated: Bool = false) {
    self.status = status
    self.fields = fields
    self.body = body
    self.isTruncated = isTruncated
  }

  /// The value of the first field of a name, in whatever case.
  public func field(_ name: String) -> String? {
    fields.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}
