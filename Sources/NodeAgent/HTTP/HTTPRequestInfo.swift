import NIOHTTP1

/// What a route sees of a request.
struct HTTPRequestInfo: Sendable, Hashable {
  /// The path, without query and fragment.
  var path: String
  /// Whether only the head of the answer is asked for: the answer is the same, and the server leaves its body out.
  var isHead = false
  /// The `Accept` field; several are joined by commas (RFC 9110, 5.3).
  var accept = ""
  /// The `Accept-Encoding` field.
  var acceptEncoding = ""
  /// Whether the client is on this host.
  var isLoopback: Bool
}

extension HTTPRequestInfo {
  /// Takes what a route needs from a request.
  init(_ head: HTTPRequestHead, isLoopback: Bool) {
    self.init(
      path: Self.path(of: head.uri), isHead: head.method == .HEAD,
      accept: head.headers["accept"].joined(separator: ", "),
      acceptEncoding: head.headers["accept-encoding"].joined(separator: ", "), isLoopback: isLoopback)
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
