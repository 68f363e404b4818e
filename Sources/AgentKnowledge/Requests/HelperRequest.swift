import AgentHost

/// Something that only root may ask. A new one is a file with this conformance and its place in ``HelperRequests``.
protocol HelperRequest: SendableMetatype {
  /// What is told: parsed facts, never what was read.
  associatedtype Facts: Codable & Sendable

  /// Its name on the wire.
  static var name: String { get }
  /// Asks with the rights of this process, in less than ``HelperProtocol/patience``.
  ///
  /// - Parameter about: what is asked about where there is a choice; it comes from the other end of the connection.
  static func facts(_ sources: HelperSources, about: String?) async -> Facts
  /// What this process lacked the right for, as in `PATH: permission denied`; nil when it could ask.
  static func denial(in facts: Facts) -> String?
}

/// The fixed list of what the helper answers.
package enum HelperRequests {
  static let all: [any HelperRequest.Type] = [CRIORequest.self, StatMountRequest.self, BlockedTasksRequest.self]

  /// The answer to a line: facts, or an error in words.
  package static func answer(_ line: [UInt8], asking sources: HelperSources) async -> [UInt8] {
    guard let question = HelperProtocol.read(line, as: HelperProtocol.Question.self) else {
      return HelperProtocol.error("the question is not {\"request\":\"NAME\",\"version\":\(HelperProtocol.version)}")
    }
    guard question.version == HelperProtocol.version else {
      return HelperProtocol.error("version \(question.version) is not spoken here, only \(HelperProtocol.version)")
    }
    guard let request = all.first(where: { $0.name == question.request }) else {
      return HelperProtocol.error(
        "there is no such request; answered are: \(all.map { $0.name }.joined(separator: ", "))")
    }
    return await answer(request, sources, about: question.about)
  }

  private static func answer<Request: HelperRequest>(
    _: Request.Type, _ sources: HelperSources, about: String?
  ) async -> [UInt8] {
    let line = HelperProtocol.line(HelperProtocol.Answer(facts: await Request.facts(sources, about: about)))
    return line.count <= HelperProtocol.answerLimit ? line : HelperProtocol.error("the answer is too long")
  }
}
