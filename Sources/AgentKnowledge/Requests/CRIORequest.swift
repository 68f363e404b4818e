import AgentHost

/// `crio-info`: what CRI-O says of itself on its socket, which belongs to root alone (0660) and is as good as root.
///
/// Beside gRPC the socket speaks HTTP/1.1 (`GetExtendInterfaceMux` in CRI-O's server/inspect.go).
enum CRIORequest: HelperRequest {
  static let name = "crio-info"
  static let socket = ProbeTarget.unix(CRIOReport.socket)
  /// Answers come from memory; a runtime that needs longer is not well. Both together stay below the plugins' 3 s.
  static let deadlines = HTTPProbeRequest.Deadlines(head: .seconds(2), body: .milliseconds(500))
  /// Well above a configuration with many runtimes and registries.
  static let bodyLimit = 256 << 10

  static func facts(_ sources: HelperSources, about _: String?) async -> CRIOReport {
    let probes = sources.probes
    async let info = probes.get(request("/info"))
    async let configuration = probes.get(request("/config"))
    return CRIOReport(
      info: HTTPFact(await info, expected: "answer of CRI-O's /info") { CRIOInfo(json: $0) },
      configuration: HTTPFact(await configuration, expected: "configuration of CRI-O") { CRIOConfiguration(toml: $0) })
  }

  static func denial(in facts: CRIOReport) -> String? {
    guard case .failed(let failure) = facts.info, failure.reason == .denied else { return nil }
    return "\(CRIOReport.socket): \(failure)"
  }

  private static func request(_ path: String) -> HTTPProbeRequest {
    HTTPProbeRequest(socket, path: path, deadlines: deadlines, bodyLimit: bodyLimit)
  }
}
