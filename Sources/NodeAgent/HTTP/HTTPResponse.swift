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
