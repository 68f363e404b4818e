/// One GET of a probe (HTTP/1.1, one request per connection). Redirects are not followed.
public struct HTTPProbeRequest: Sendable, Hashable {
  /// The longest time for each part of a probe.
  public struct Deadlines: Sendable, Hashable {
    /// From the start to the connection.
    public var connect: Duration
    /// From the connection to the end of the answer's head.
    public var head: Duration
    /// From the end of the head to the end of the body.
    public var body: Duration

    /// Sets the deadlines, each 1 s unless given.
    public init(connect: Duration = .seconds(1), head: Duration = .seconds(1), body: Duration = .seconds(1)) {
      self.connect = connect
      self.head = head
      self.body = body
    }
  }

  /// Where to connect.
  public var target: ProbeTarget
  /// What is asked for, query included: `/healthz?verbose`. It is sent as it is.
  public var path: String
  /// The `Host` field; nil: the target's address, or `localhost` for a unix socket.
  public var host: String?
  /// Further fields. They may hold a secret (`Authorization`), so a request is never part of an observation.
  public var fields: [HTTPField]
  /// How long each part may take.
  public var deadlines: Deadlines
  /// How much of a body is read, in bytes; then the connection is closed.
  public var bodyLimit: Int

  /// Makes a request; of a body 64 KiB are read unless stated.
  public init(
    _ target: ProbeTarget, path: String, host: String? = nil, fields: [HTTPField] = [],
    deadlines: Deadlines = Deadlines(), bodyLimit: Int = 64 << 10
  ) {
    self.target = target
    self.path = path
    self.host = host
    self.fields = fields
    self.deadlines = deadlines
    self.bodyLimit = bodyLimit
  }
}

/// A header field.
public struct HTTPField: Sendable, Hashable {
  /// The field's name.
  public var name: String
  /// The field's value.
  public var value: String

  /// Makes a field.
  public init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}
