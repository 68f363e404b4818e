package import AgentCore
package import AgentText
import Glibc

/// Asks who has an address, and hears who says so unasked. It never answers, never claims an address, and never makes
/// an interface promiscuous.
///
/// Needs CAP_NET_RAW (packet(7), raw(7)). A host does not hear itself: what it holds stands in the address table.
package actor AddressProber {
  private struct Watch {
    var addresses: AddressInterest.Addresses
    var continuation: AsyncStream<Trigger>.Continuation
  }

  /// Between the second and the third question, after nobody answered the first.
  private static let pause = Duration.milliseconds(200)
  /// Between two looks at the interfaces, so that a burst of changes costs little.
  private static let followPause = Duration.milliseconds(100)

  private let loop: EventLoop
  private let network: NetworkMonitor
  private let clock: any AgentClock
  private var sockets: PacketSockets?
  private var flights: [IPAddress: Task<ProbeOutcome, Never>] = [:]
  private var watches: [ObjectIdentifier: Watch] = [:]
  private var follower: Task<Void, Never>?
  private var claims = ClaimState()
  package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  package init(loop: EventLoop, network: NetworkMonitor, clock: any AgentClock) {
    self.loop = loop
    self.network = network
    self.clock = clock
  }

  isolated deinit {
    follower?.cancel()
    sockets = nil
  }

  /// Asks who has an address: one question and the window; when nobody answers, two more and half the window, unless
  /// this host has the address itself, which it does not hear.
  ///
  /// Who asks for the same address meanwhile waits for the same answer.
  ///
  /// - Parameter insists: whether silence is asked again.
  package func claimants(
    of address: IPAddress, on interface: String?, window: Duration, insists: Bool = true
  ) async -> ProbeOutcome {
    if let flight = flights[address] { return await flight.value }
    let flight = Task(executorPreference: loop) { await self.fly(address, interface, window, insists) }
    flights[address] = flight
    return await flight.value
  }

  /// What was heard of a watched address.
  package func heard(_ address: IPAddress) -> HeardClaims { claims.heard(address) { sockets?[$0] != nil } }

  /// A trigger when another host announces one of these addresses, or this host claims one of its own for the first time
  /// in a minute; the first one comes when the watch stands.
  package nonisolated func announcements(for interest: AddressInterest) -> AsyncStream<Trigger> {
    let (stream, continuation) = AsyncStream.makeStream(of: Trigger.self, bufferingPolicy: .bufferingNewest(1))
    Task(executorPreference: loop) { await self.start(interest, continuation) }
    return stream
  }

  /// Listens for what an interest names now; one that nobody watches for is left alone.
  package func interestChanged(_ interest: AddressInterest) async {
    guard watches[ObjectIdentifier(interest)] != nil else { return }
    watches[ObjectIdentifier(interest)]?.addresses = interest.current
    await enterWatches()
  }

  /// How many answers the question in flight has so far; nil when there is none.
  package func answersSoFar(for address: IPAddress) -> Int? {
    claims.questions[address]?.tally.answers.values.reduce(0, +)
  }
}

// MARK: - Asking

extension AddressProber {
  private func fly(
    _ address: IPAddress, _ interface: String?, _ window: Duration, _ insists: Bool
  ) async -> ProbeOutcome {
    let outcome = await ask(address, interface, window, insists)
    flights[address] = nil
    claims.questions[address] = nil
    if case .answered(let answers) = outcome { claims.learn(answers.claimants, of: address) }
    rewire()
    return outcome
  }

  private func ask(
    _ address: IPAddress, _ interface: String?, _ window: Duration, _ insists: Bool
  ) async -> ProbeOutcome {
    let table: NetworkTable
    do { table = try await network.table() } catch { return .failed("\(error)") }
    let route: ProbeRoute
    switch ProbeRoute.find(to: address, on: interface, in: table) {
    case .success(let found): route = found
    case .failure(.behindGateway): return .behindGateway
    case .failure(.notApplicable(let reason)): return .notApplicable(reason)
    }
    guard !claims.isMoving(address, at: clock.now()) else { return .moving }
    claims.questions[address] = ClaimState.Question(
      route: route, tally: ClaimTally(ignoring: table.ownHardwareAddresses))
    rewire()
    do {
      let isOwn = table.answers(for: address) || claims.isClaimedHere(address, at: clock.now())
      let asked = try await ask(address, by: route, window, insists: insists && !isOwn)
      return answers(of: address, by: route, asked: asked)
    } catch {
      return ProbeOutcome(error, interface: route.interface)
    }
  }

  /// - Returns: how often it was asked.
  private func ask(
    _ address: IPAddress, by route: ProbeRoute, _ window: Duration, insists: Bool
  ) async throws(SystemCallError) -> Int {
    try put(address, by: route)
    await wait(window)
    guard insists, answersSoFar(for: address) == 0 else { return 1 }
    try put(address, by: route)
    await wait(Self.pause)
    try put(address, by: route)
    await wait(window / 2)
    return 3
  }

  private func put(_ address: IPAddress, by route: ProbeRoute) throws(SystemCallError) {
    let key = route.key(for: address)
    if let problem = sockets?.problems[key] { throw problem }
    try sockets?[key]?.ask(for: address, by: route)
  }

  private func wait(_ duration: Duration) async { try? await clock.sleep(for: duration) }

  private func answers(of address: IPAddress, by route: ProbeRoute, asked: Int) -> ProbeOutcome {
    let tally = claims.questions[address]?.tally
    let claimants = tally?.claimants ?? []
    if claimants.isEmpty, let failure = sockets?[route.key(for: address)]?.failure {
      return ProbeOutcome(failure, interface: route.interface)
    }
    return .answered(
      ProbeAnswers(
        claimants: claimants, isCutShort: tally?.isCutShort ?? false, questions: asked, interface: route.interface))
  }
}

// MARK: - Listening

extension AddressProber {
  private func start(_ interest: AddressInterest, _ continuation: AsyncStream<Trigger>.Continuation) async {
    watches[ObjectIdentifier(interest)] = Watch(addresses: interest.current, continuation: continuation)
    continuation.onTermination = { [weak self, loop] _ in
      Task(executorPreference: loop) { await self?.end(interest) }
    }
    await enterWatches()
    continuation.yield(Trigger())
  }

  private func end(_ interest: AddressInterest) async {
    watches[ObjectIdentifier(interest)] = nil
    await enterWatches()
  }

  /// Interfaces are followed only while there is something to hear on them.
  private func enterWatches() async {
    let addresses = watches.values.map(\.addresses)
    claims.watch(
      addresses.reduce(into: []) { $0.formUnion($1.watched) }, own: addresses.reduce(into: []) { $0.formUnion($1.own) })
    guard addresses.contains(where: { !$0.isEmpty }) else {
      follower?.cancel()
      follower = nil
      return rewire()
    }
    if follower == nil { follow() }
    await reroute()
  }

  /// Interfaces come, go, and get other addresses.
  private func follow() {
    let (changes, clock) = (network.changes(), clock)
    follower = Task(executorPreference: loop) { [weak self] in
      for await _ in changes {
        await self?.reroute()
        guard (try? await clock.sleep(for: Self.followPause)) != nil else { return }
      }
    }
  }

  private func reroute() async {
    guard let table = try? await network.table() else { return }
    claims.route(by: table)
    rewire()
  }

  private func rewire() {
    let sockets = sockets ?? PacketSockets { [weak self] key in self?.assumeIsolated { $0.receive(key) } }
    self.sockets = sockets
    sockets.meet(claims.demands())
  }

  private func receive(_ key: PacketSocket.Key) {
    let effect = claims.take(sockets?[key]?.receive() ?? [], from: key, at: clock.now())
    if effect.needsFilters { rewire() }
    guard !effect.news.isEmpty else { return }
    for watch in watches.values where !effect.news.isDisjoint(with: watch.addresses.watched.union(watch.addresses.own))
    {
      watch.continuation.yield(Trigger())
    }
  }
}

extension ProbeOutcome {
  fileprivate init(_ error: SystemCallError, interface: String) {
    switch error.code {
    // From sendto(2) it is a packet filter's doing.
    case EPERM where error.call == "socket", EACCES where error.call == "socket": self = .denied("CAP_NET_RAW")
    case ENETDOWN: self = .notApplicable("\(interface) went down")
    case ENODEV, ENXIO: self = .notApplicable("\(interface) is gone")
    default: self = .failed("\(interface): \(error)")
    }
  }
}
