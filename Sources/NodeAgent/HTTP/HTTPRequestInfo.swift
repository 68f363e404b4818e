import NIOHTTP1

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
