/// One GET of a probe (HTTP/1.1, one request per connection). Redirects are not followed.
package struct HTTPProbeRequest: Sendable, Hashable {
  /// The longest time for each part of a probe.
  package struct Deadlines: Sendable, Hashable {
    /// From the start to the connection.
    package var connect: Duration
    /// From the connection to the end of the answer's head.
    package var head: Duration
    /// From the end of the head to the end of the body.
    package var body: Duration

    /// Sets the deadlines, each 1 s unless given.
    package init(connect: Duration = .seconds(1), head: Duration = .seconds(1), body: Duration = .seconds(1)) {
      self.connect = connect
      self.head = head
      self.body = body
    }
  }

  /// Where to connect.
  package var target: ProbeTarget
  /// What is asked for, query included: `/healthz?verbose`. It is sent as it is.
  package var path: String
  /// The `Host` field; nil: the target's address, or `localhost` for a unix socket.
  package var host: String?
  /// Further fields. They may hold a secret (`Authorization`), so a request is never part of an observation.
  package var fields: [HTTPField]
  /// How long each part may take.
  package var deadlines: Deadlines
  /// How much of a body is read, in bytes; then the connection is closed.
  package var bodyLimit: Int

  /// Makes a request; of a body 64 KiB are read unless stated.
  package init(
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
package struct HTTPField: Sendable, Hashable {
  /// The field's name.
  package var name: String
  /// The field's value.
  package var value: String

  /// Makes a field.
  package init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}
