package import AgentHost

extension Host {
  /// Asks a health page once.
  package func health(_ target: ProbeTarget, path: String) async -> HealthAnswer {
    HealthAnswer(target: target, path: path, result: await http(HTTPProbeRequest(target, path: path)))
  }
}
