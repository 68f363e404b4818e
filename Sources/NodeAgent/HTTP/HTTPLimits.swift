import NIOCore

/// What one client may cost the agent.
struct HTTPLimits: Sendable, Hashable {
  /// Connections that are served at once.
  var connections = 64
  /// Connections beyond those that are being told so, before further ones are closed without a word.
  var refusals = 8
  /// The size of a request's line and fields, in bytes.
  var headSize = 16 * 1024
  /// The size of a request's body, in bytes: it is read and thrown away.
  var bodySize = 64 * 1024
  /// Requests that one client sends ahead of the answers: more than its receive buffer's worth is no honest client.
  var pipelinedRequests = 256
  /// The time from a connection's beginning, or from a later request's first byte, to the request's end.
  var requestTime = TimeAmount.seconds(5)
  /// The time from an answer's end to the next request's first byte.
  var idleTime = TimeAmount.seconds(60)
  /// The time that a client may take to accept an answer.
  var answerTime = TimeAmount.seconds(10)
  /// The time that a client gets to read the last answer before the connection is torn down.
  var lingerTime = TimeAmount.seconds(1)
}
