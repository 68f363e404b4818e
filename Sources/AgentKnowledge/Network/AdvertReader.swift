package import AgentCore
package import AgentHost
package import AgentText

/// What a host hears of virtual routers: the running machine's links, or a recording.
package struct AdvertReader: Sendable {
  private enum Source: Sendable {
    case live(AdvertListener, NetworkMonitor)
    case recorded(RecordedAdverts?)
  }

  private let source: Source

  /// A recorded host; nil for one that did not listen.
  init(recorded: RecordedAdverts?) { source = .recorded(recorded) }

  /// The running machine.
  init(loop: EventLoop, network: NetworkMonitor, clock: any AgentClock) {
    source = .live(AdvertListener(loop: loop, clock: clock), network)
  }

  /// What was heard up to now. The first call begins to listen; another set of interfaces ends it elsewhere.
  ///
  /// - Parameters:
  ///   - address: it is listened on the interface that shares a link with it;
  ///   - interfaces: and on these, as far as they exist.
  package func heard(about address: IPAddress, on interfaces: [String]) async -> AdvertOutcome {
    let (listener, network): (AdvertListener, NetworkMonitor)
    switch source {
    case .live(let one, let other): (listener, network) = (one, other)
    case .recorded(let recorded): return recorded.map { .heard($0.heard) } ?? .notRecorded
    }
    let table: NetworkTable
    do throws(NetworkError) { table = try await network.table() } catch { return .failed("\(error)") }
    var names = interfaces
    if case .success(let route) = ProbeRoute.find(to: address, in: table) { names.append(route.interface) }
    let links = table.links.filter { names.contains($0.name) }
    guard !links.isEmpty else { return .notApplicable("no interface of this host is on the link of \(address)") }
    return await listener.heard(on: links)
  }

  /// A trigger when a virtual router gets a second master that stays; ends at once on a recorded host.
  package func rivalry() -> AsyncStream<Trigger> {
    switch source {
    case .live(let listener, _): listener.rivalry()
    case .recorded: AsyncStream { $0.finish() }
    }
  }
}
