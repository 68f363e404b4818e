package import AgentCore

/// One server that a plugin probes, measured the same way by all plugins.
package struct EndpointMeasure: Sendable, Equatable {
  /// What it is: `kubelet`, `crio`, `apiserver`.
  package var endpoint: String
  /// Where it was asked: an address and port, or a socket.
  package var target: String
  /// Whether it answered as a healthy one does.
  package var isUp: Bool
  /// How long the whole answer took; nil when there was none.
  package var latency: Duration?

  /// Makes a measure.
  package init(endpoint: String, target: String, isUp: Bool, latency: Duration?) {
    self.endpoint = endpoint
    self.target = target
    self.isUp = isUp
    self.latency = latency
  }

  /// The metrics of measures.
  package static func families(_ measures: [EndpointMeasure]) -> [MetricFamily] {
    [
      MetricFamily(
        "nodeagent_endpoint_up", help: "Whether a server answers as a healthy one does.",
        samples: measures.map { MetricSample($0.isUp ? 1 : 0, ["endpoint": $0.endpoint, "target": $0.target]) }),
      MetricFamily(
        "nodeagent_endpoint_latency_seconds", help: "How long a server took for its answer.",
        samples: measures.compactMap { measure in
          measure.latency.map {
            MetricSample($0.inSeconds, ["endpoint": measure.endpoint, "target": measure.target])
          }
        }),
    ]
  }
}
