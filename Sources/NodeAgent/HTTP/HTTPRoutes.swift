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
