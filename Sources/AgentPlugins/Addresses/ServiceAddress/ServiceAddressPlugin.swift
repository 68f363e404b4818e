public import AgentCore
public import AgentHost

/// The addresses of Services of type LoadBalancer: who answers for them.
public struct ServiceAddressPlugin: Plugin {
  /// What the plugin is.
  public static let descriptor = PluginDescriptor(
    name: "service-address", area: .addresses, summary: "The addresses of Services, as MetalLB announces them.",
    checks: ServiceAddressChecks.all, interval: .seconds(30), deadline: .seconds(3))

  private let host: Host
  private let memory: ClaimMemory
  private let moves = AddressMoves()

  /// Watches a host.
  public init(host: Host) {
    self.host = host
    memory = ClaimMemory(lifetime: ClaimMemory.lifetime(roles: host.roles))
  }

  /// Every change of an address here, and every host that announces an address in use. A speaker runs on nodes only.
  public func triggers() -> AsyncStream<Trigger> {
    let watched = Set(host.cluster.serviceAddresses.watched)
    guard !watched.isEmpty || !host.cluster.serviceAddresses.pools.isEmpty else { return AsyncStream { $0.finish() } }
    let mayAnnounce = !host.roles.isDisjoint(with: [.controlPlane, .worker])
    return host.network.changes(of: watched, announcing: mayAnnounce ? watched : [])
  }

  /// Asks the link for every address in use, all at once, and reads the host's tables.
  public func observe(at time: HostTime) async throws -> ServiceAddressObservation {
    let (cluster, roles) = (host.cluster, host.roles)
    var observation = ServiceAddressObservation(
      takenAt: time, settings: cluster.serviceAddresses,
      members: cluster.controlPlane.members.compactMap(\.host.address),
      network: .failure(.notRecorded))
    guard !observation.isEmpty else { return observation }
    (observation.endpoint, observation.announcer) = try await host.read { files in
      (
        ControlPlaneEndpoint.detect(
          files, configured: cluster.controlPlane.endpoint, isControlPlane: roles.contains(.controlPlane)),
        ServiceAnnouncer.find(files)
      )
    }
    observation.claims = await claims(mayAnnounce: observation.announcer.mayAnnounceUnseen, at: time)
    let table: Result<NetworkTable, NetworkError>
    do throws(NetworkError) { table = .success(try await host.network.table()) } catch { table = .failure(error) }
    observation.network = table.map { ServiceNetwork($0, of: observation) }
    let counters = await host.network.counters()
    moves.keep(only: Set(cluster.serviceAddresses.watched))
    for claim in observation.claims where claim.isFresh {
      _ = moves.add(AddressSight(claim, observation, table: try? table.get(), counters))
    }
    observation.moves = observation.claims.flatMap { moves.history(of: $0.address) }
    return observation
  }

  /// Verdicts of every address that is in use or stands out, and at least one of each check.
  public func judge(_ observation: ServiceAddressObservation) -> [Verdict] {
    guard !observation.isEmpty else {
      return ServiceAddressChecks.all.map {
        Verdict($0.id, .skipped, "no addresses of Services are configured (cluster.serviceAddresses)")
      }
    }
    return ServiceClaimJudge.verdicts(observation) + ServiceStrangerJudge(observation: observation).verdicts
      + ServiceBoundJudge(observation: observation).verdicts + ServicePoolJudge(observation: observation).verdicts
  }

  /// Whether this host holds each address in use, and which hosts answer for it.
  public func metrics(_ observation: ServiceAddressObservation) -> [MetricFamily] {
    ServiceAddressMetrics.families(observation)
  }

  /// The last moves of the addresses in use.
  public func history(_ observation: ServiceAddressObservation) -> [Move] { observation.moves }

  private func claims(mayAnnounce: Bool, at time: HostTime) async -> [ServiceClaim] {
    let watched = host.cluster.serviceAddresses.watched
    let found = await withTaskGroup(of: ServiceClaim.self) { group in
      for address in watched {
        group.addTask { await self.claim(of: address, mayAnnounce: mayAnnounce, at: time) }
      }
      return await group.reduce(into: [IPAddress: ServiceClaim]()) { $0[$1.address] = $1 }
    }
    return watched.compactMap { found[$0] }
  }

  private func claim(of address: IPAddress, mayAnnounce: Bool, at time: HostTime) async -> ServiceClaim {
    let heard = await host.network.heard(address)
    if let outcome = memory.outcome(for: address, heard: heard, at: time) {
      return ServiceClaim(address: address, outcome: outcome, heard: heard, isFresh: false)
    }
    let outcome = await host.network.claimants(of: address)
    let claim = ServiceClaim(address: address, outcome: outcome, heard: await host.network.heard(address))
    memory.keep(claim, mayAnnounce: mayAnnounce, at: time)
    return claim
  }
}

extension ServiceNetwork {
  fileprivate init(_ table: NetworkTable, of observation: ServiceAddressObservation) {
    let claimants = observation.claims.flatMap { $0.claimants ?? [] }.map(\.hardwareAddress)
    self.init(
      table, settings: observation.settings, endpoint: observation.endpoint.value?.endpoint.host.address,
      claimants: Set(claimants))
  }
}

extension AddressSight {
  /// Who was seen to hold an address in use. What this host was heard to answer counts only while nobody else answers:
  /// it may have passed the address on since.
  init(
    _ claim: ServiceClaim, _ observation: ServiceAddressObservation, table: NetworkTable?, _ counters: NetworkCounters
  ) {
    let begin = observation.takenAt
    self.init(address: claim.address, begin: begin, end: counters.time ?? begin)
    others = claim.claimants?.map(\.hardwareAddress) ?? []
    let holding = try? observation.network.get().holding(of: claim.address)
    isOwn = holding != nil || (others.isEmpty && claim.isAnnouncedHere(at: end))
    var interface = holding?.interface
    if case .answered(let answers) = claim.outcome { interface = interface ?? answers.interface }
    ownHardware = interface.flatMap { table?.link($0) }?.hardwareAddress
    heard = claim.heard
    events = AddressEvents(of: claim.address, in: counters)
  }
}

extension Fact<ServiceAnnouncer> {
  /// Whether this host may answer for an address without holding it: when a speaker runs, or none can be excluded.
  var mayAnnounceUnseen: Bool { error != nil || value?.isBinding == false }
}
