import AgentText

/// Something inside the cluster that must be asked directly.
enum ProxyTarget: Sendable, Equatable {
  /// The API server under the address that clients use.
  case endpoint(Endpoint)
  /// One API server under its own address.
  case member(Endpoint)
  /// This node, under at least one of these addresses.
  case node([IPAddress], PortNumber)
  case pods(IPNetwork)
  case services(IPNetwork)
  /// The API server's Service, which the network plugins ask.
  case apiService(Endpoint)

  func isCovered(by exceptions: NoProxy) -> Bool {
    switch self {
    case .endpoint(let endpoint), .member(let endpoint), .apiService(let endpoint):
      exceptions.covers(endpoint.host, port: endpoint.port)
    case .node(let addresses, let port):
      addresses.contains { exceptions.covers(.address($0), port: port) }
    case .pods(let network), .services(let network): exceptions.covers(network)
    }
  }

  /// In words.
  var text: String {
    switch self {
    case .endpoint(let endpoint): "the API server \(endpoint.host)"
    case .member(let endpoint): "the API server \(endpoint.host)"
    case .node(let addresses, _): "this node \(addresses.map { "\($0)" }.joined(separator: " or "))"
    case .pods(let network): "pods (\(network))"
    case .services(let network): "Services (\(network))"
    case .apiService(let endpoint): "the API server's Service \(endpoint.host)"
    }
  }

  /// What `NO_PROXY` would have to hold.
  var entry: String {
    switch self {
    case .endpoint(let endpoint), .member(let endpoint), .apiService(let endpoint): endpoint.host.description
    case .node(let addresses, _): addresses.first.map { "\($0)" } ?? ""
    case .pods(let network), .services(let network): network.description
    }
  }
}
