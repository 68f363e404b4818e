package import AgentCore
package import AgentHost
package import AgentText

/// The host's network: its tables, who claims an address on its links, and word of every change; the running machine's,
/// or a recording's.
package protocol HostNetwork: Sendable {
  /// Who advertises virtual routers on its links.
  var adverts: any AdvertReader { get }

  /// The tables now.
  func table() async throws(NetworkError) -> NetworkTable

  /// Asks the link who has an address: by ARP, or by neighbour solicitation for IPv6. Whether this host holds it is to
  /// be seen in the table, because a host does not hear itself.
  ///
  /// Takes 1 s, and 0.7 s more when nobody answers at first.
  ///
  /// - Parameters:
  ///   - interface: the only interface to ask on; nil for the first working one on the address's network.
  ///   - insists: whether two more questions follow when nobody answers.
  func claimants(of address: IPAddress, on interface: String?, insists: Bool) async -> ProbeOutcome

  /// Starts something that takes longer than a look may; on the event loop, where all asking is done. Nil on a recorded
  /// host, where nothing takes long.
  func beside<T: Sendable>(_ work: @escaping @Sendable () async -> T) -> Task<T, Never>?

  /// What was heard of an address that a ``NetworkWatch`` follows.
  func heard(_ address: IPAddress) async -> HeardClaims

  /// How the listening goes, and how often watched addresses came and went.
  func counters() async -> NetworkCounters

  /// A trigger whenever an interface or an address of this host changed; ends at once on a recorded host.
  func changes() -> AsyncStream<Trigger>

  /// Listens for changes here and for the holders of addresses, once ``NetworkWatch/changes()`` is called.
  func watch() -> NetworkWatch
}

extension HostNetwork {
  /// Asks the first working interface, and insists; see ``claimants(of:on:insists:)``.
  package func claimants(of address: IPAddress) async -> ProbeOutcome {
    await claimants(of: address, on: nil, insists: true)
  }
}

/// The network of the running machine: the agent's own network namespace.
package struct LiveNetwork: HostNetwork {
  private let loop: EventLoop
  private let files: HostFiles
  private let worker: Worker
  private let monitor: NetworkMonitor
  private let prober: AddressProber
  package let adverts: any AdvertReader

  /// - Parameter files: where /sys/class/net is read.
  package init(loop: EventLoop, clock: any AgentClock, files: HostFiles, worker: Worker) {
    self.loop = loop
    self.files = files
    self.worker = worker
    monitor = NetworkMonitor(loop: loop, clock: clock)
    prober = AddressProber(loop: loop, network: monitor, clock: clock)
    adverts = LiveAdverts(loop: loop, network: monitor, clock: clock)
  }

  package func table() async throws(NetworkError) -> NetworkTable {
    let table = try await monitor.table()
    // Reading of /sys does not fail: what is missing there is unknown in the table.
    return (try? await worker.run { LinkFiles.complete(table, files) }) ?? table
  }

  package func claimants(of address: IPAddress, on interface: String?, insists: Bool) async -> ProbeOutcome {
    await prober.claimants(of: address, on: interface, window: .seconds(1), insists: insists)
  }

  package func beside<T: Sendable>(_ work: @escaping @Sendable () async -> T) -> Task<T, Never>? {
    Task(executorPreference: loop) { await work() }
  }

  package func heard(_ address: IPAddress) async -> HeardClaims { await prober.heard(address) }

  package func counters() async -> NetworkCounters { await monitor.counted() }

  package func changes() -> AsyncStream<Trigger> { monitor.changes() }

  package func watch() -> NetworkWatch {
    NetworkWatch(NetworkWatch.Sources(loop: loop, monitor: monitor, prober: prober))
  }
}
