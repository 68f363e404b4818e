import NIOHTTP1

/// What is served, by path.
///
/// An answer is given on the server's thread, which serves all connections: it must be made of what is in memory.
struct HTTPRoutes: Sendable {
  /// Answers a request for its path.
  typealias Answer = @Sendable (HTTPRequestInfo) -> HTTPResponse

  private let answers: [String: Answer]

  /// Takes the answer for each path; a path begins with a slash and matches exactly.
  init(_ answers: [String: Answer]) {
    self.answers = answers
  }

  /// Answers a request; 404 where nothing is served.
  func answer(to request: HTTPRequestInfo) -> HTTPResponse {
    guard let answer = answers[request.path] else {
      return .text(status: 404, "not found; served here: \(answers.keys.sorted().joined(separator: " "))")
    }
    return answer(request)
  }
}

/// What a route sees of a request.
struct HTTPRequestInfo: Sendable, Hashable {
  /// The path, without query and fragment.
  var path: String
  /// Whether the client is on this host.
  var isLoopback: Bool
}

extension HTTPRequestInfo {
  /// Takes what a route needs from a request.
  init(_ head: HTTPRequestHead, isLoopback: Bool) {
    self.init(path: Self.path(of: head.uri), isLoopback: isLoopback)
  }

  /// The path of a request target: `/path?query`, or `http://host/path?query` (RFC 9112, 3.2).
  static func path(of target: String) -> String {
    var rest = target.prefix { $0 != "?" && $0 != "#" }
    for scheme in ["http://", "https://"] where rest.lowercased().hasPrefix(scheme) {
      rest = rest.dropFirst(scheme.count).drop { $0 != "/" }
      if rest.isEmpty { rest = "/" }
      break
    }
    return String(rest)
  }
}

/// An answer.
struct HTTPResponse: Sendable, Hashable {
  /// A header field.
  struct Field: Sendable, Hashable {
    /// The field's name.
    var name: String
    /// The field's value.
    var value: String
  }

  /// The status (RFC 9110, 15).
  var status: Int
  /// Fields beside `Content-Length`, `Content-Type` and `Connection`, which the server writes.
  var fields: [Field] = []
  /// The kind of the body.
  var contentType: String
  /// The body; of an answer to HEAD only its length is sent.
  var body: [UInt8]

  /// Makes an answer.
  init(status: Int = 200, contentType: String, fields: [Field] = [], body: [UInt8]) {
    self.status = status
    self.contentType = contentType
    self.fields = fields
    self.body = body
  }

  /// A line of plain text.
  static func text(status: Int = 200, _ line: String, fields: [Field] = []) -> HTTPResponse {
    HTTPResponse(
      status: status, contentType: "text/plain; charset=utf-8", fields: fields, body: Array("\(line)\n".utf8))
  }
}
