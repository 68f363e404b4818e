package import AgentCore
package import AgentHost
package import AgentText

/// The host's network: its tables, who claims an address on its links, and word of every change.
package struct HostNetwork: Sendable {
  private enum Source: Sendable {
    case live(NetworkMonitor, AddressProber, LinkReader)
    case recorded(RecordedNetwork?)
  }

  private struct LinkReader: Sendable {
    var loop: EventLoop
    var files: HostFiles
    var worker: Worker
  }

  private let source: Source
  /// Who advertises virtual routers on its links.
  package let adverts: AdvertReader

  /// A recorded host's network; nil for one of which nothing was recorded.
  package init(recorded: RecordedNetwork?) {
    source = .recorded(recorded)
    adverts = AdvertReader(recorded: recorded?.adverts)
  }

  /// The network of the running machine: the agent's own network namespace.
  ///
  /// - Parameter files: where /sys/class/net is read.
  package init(loop: EventLoop, clock: any AgentClock, files: HostFiles, worker: Worker) {
    let monitor = NetworkMonitor(loop: loop, clock: clock)
    let prober = AddressProber(loop: loop, network: monitor, clock: clock)
    source = .live(monitor, prober, LinkReader(loop: loop, files: files, worker: worker))
    adverts = AdvertReader(loop: loop, network: monitor, clock: clock)
  }

  /// The tables now.
  package func table() async throws(NetworkError) -> NetworkTable {
    switch source {
    case .live(let monitor, _, let reader):
      let table = try await monitor.table()
      // Reading of /sys does not fail: what is missing there is unknown in the table.
      return (try? await reader.worker.run { LinkFiles.complete(table, reader.files) }) ?? table
    case .recorded(let recorded):
      guard let table = recorded?.table else { throw NetworkError.notRecorded }
      return table
    }
  }

  /// Asks the link who has an address: by ARP, or by neighbour solicitation for IPv6. Whether this host holds it is to
  /// be seen in the table, because a host does not hear itself.
  ///
  /// Takes the window, and 0.2 s and half the window more when nobody answers at first.
  ///
  /// - Parameters:
  ///   - interface: the only interface to ask on; nil for the first working one on the address's network.
  ///   - window: how long answers are waited for.
  ///   - insists: whether two more questions follow when nobody answers.
  package func claimants(
    of address: IPAddress, on interface: String? = nil, window: Duration = .seconds(1), insists: Bool = true
  ) async -> ProbeOutcome {
    switch source {
    case .live(_, let prober, _):
      return await prober.claimants(of: address, on: interface, window: window, insists: insists)
    case .recorded(let recorded):
      guard let found = recorded?.claimants[address] else { return .notRecorded }
      return .answered(ProbeAnswers(claimants: found.map { .init(hardwareAddress: $0, answers: 1) }))
    }
  }

  /// Starts something that takes longer than a look may; on the event loop, where all asking is done. Nil on a recorded
  /// host, where nothing takes long.
  package func beside<T: Sendable>(_ work: @escaping @Sendable () async -> T) -> Task<T, Never>? {
    guard case .live(_, _, let reader) = source else { return nil }
    return Task(executorPreference: reader.loop) { await work() }
  }

  /// What was heard of an address that a ``NetworkWatch`` follows.
  package func heard(_ address: IPAddress) async -> HeardClaims {
    if case .live(_, let prober, _) = source { await prober.heard(address) } else { HeardClaims() }
  }

  /// How the listening goes, and how often watched addresses came and went.
  package func counters() async -> NetworkCounters {
    if case .live(let monitor, _, _) = source { await monitor.counted() } else { NetworkCounters() }
  }

  /// A trigger whenever an interface or an address of this host changed; ends at once on a recorded host.
  package func changes() -> AsyncStream<Trigger> {
    if case .live(let monitor, _, _) = source { monitor.changes() } else { AsyncStream { $0.finish() } }
  }

  /// Listens for changes here and for the holders of addresses, once ``NetworkWatch/changes()`` is called.
  package func watch() -> NetworkWatch {
    guard case .live(let monitor, let prober, let reader) = source else { return NetworkWatch(nil) }
    return NetworkWatch(NetworkWatch.Sources(loop: reader.loop, monitor: monitor, prober: prober))
  }
}
