package import AgentCore
package import AgentHost
package import AgentText

/// What a host hears of virtual routers: the running machine on its links, or a recording.
package protocol AdvertReader: Sendable {
  /// What was heard up to now. The first call begins to listen; another set of interfaces ends it elsewhere.
  ///
  /// - Parameters:
  ///   - address: it is listened on the interface that shares a link with it;
  ///   - interfaces: and on these, as far as they exist.
  func heard(about address: IPAddress, on interfaces: [String]) async -> AdvertOutcome

  /// A trigger when a virtual router gets a second master that stays; ends at once on a recorded host.
  func rivalry() -> AsyncStream<Trigger>
}

/// Listens on the links of the running machine.
package struct LiveAdverts: AdvertReader {
  private let listener: AdvertListener
  private let network: NetworkMonitor

  init(loop: EventLoop, network: NetworkMonitor, clock: any AgentClock) {
    listener = AdvertListener(loop: loop, clock: clock)
    self.network = network
  }

  package func heard(about address: IPAddress, on interfaces: [String]) async -> AdvertOutcome {
    let table: NetworkTable
    do throws(NetworkError) { table = try await network.table() } catch { return .failed("\(error)") }
    var names = interfaces
    if case .success(let route) = ProbeRoute.find(to: address, in: table) { names.append(route.interface) }
    let links = table.links.filter { names.contains($0.name) }
    guard !links.isEmpty else { return .notApplicable("no interface of this host is on the link of \(address)") }
    return await listener.heard(on: links)
  }

  package func rivalry() -> AsyncStream<Trigger> { listener.rivalry() }
}
