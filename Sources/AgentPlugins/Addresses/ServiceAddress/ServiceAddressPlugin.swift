package import AgentCore
import AgentHost
package import AgentKnowledge
import AgentText

/// The addresses of Services of type LoadBalancer: who answers for them.
package struct ServiceAddressPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "service-address", area: .addresses,
    summary: "The addresses of Services, as MetalLB announces them or Keepalived moves them.",
    checks: ServiceAddressChecks.all, rhythm: .addresses, deadline: .seconds(3), namedDeadline: .seconds(70),
    requirements: [
      Requirement(
        .capability(.netRaw), for: ["service-address.claimants"], permission: "\(Capability.netRaw)")
    ])

  /// Each address in use is asked for in every round: more of Keepalived's are not watched.
  private static let mostMoved = 16

  private let host: Host
  private let watch: NetworkWatch
  private let questions: ClaimQuestions
  private let search: PoolSearch
  private let moves = AddressMoves()

  /// Watches a host.
  package init(host: Host) {
    self.host = host
    watch = host.network.watch()
    questions = ClaimQuestions(
      host.network, interval: host.interval(of: Self.descriptor), isLasting: host.overrides.isLasting)
    search = PoolSearch(host.network, interval: host.interval(of: Self.descriptor))
  }

  /// Every change of an address here, and every host that announces an address in use; where no address can be in use,
  /// only that of Keepalived's configuration.
  package func triggers() -> AsyncStream<Trigger> {
    host.changes(
      of: [KeepalivedConfiguration.path],
      network: isConfigured || host.roles.contains(.loadBalancer) ? watch : nil, and: [questions.answers])
  }

  /// Asks the link for every address in use, all at once, and reads the host's tables.
  package func observe(at time: HostTime) async throws -> ServiceAddressObservation {
    let (cluster, roles) = (host.cluster, host.roles)
    var observation = ServiceAddressObservation(
      takenAt: time, settings: cluster.serviceAddresses,
      members: cluster.controlPlane.members.compactMap(\.host.address),
      network: .failure(.notRecorded))
    observation.moved = try await moved()
    guard isConfigured || !observation.moved.isEmpty else {
      await watch.follow([])
      return observation
    }
    let processes = await host.processes()
    (observation.endpoint, observation.announcer) = try await host.read { files in
      (
        ControlPlaneEndpoint.detect(
          files, configured: cluster.controlPlane.endpoint, isControlPlane: roles.contains(.controlPlane)),
        ServiceAnnouncer.find(among: processes, files)
      )
    }
    let watched = Set(observation.watched)
    await watch.follow(watched, announcing: observation.announcer.mayAnnounceUnseen ? watched : [])
    (observation.claims, observation.search) = await ask(observation)
    let table: Result<NetworkTable, NetworkError>
    do throws(NetworkError) { table = .success(try await host.network.table()) } catch { table = .failure(error) }
    observation.network = await network(table, observation)
    moves.keep(only: watched)
    for claim in observation.claims where claim.sight.isNew {
      questions.settle(claim.address, ServiceClaimJudge(observation: observation, claim: claim).verdict.state)
      _ = moves.add(AddressSample(claim))
    }
    observation.moves = observation.claims.flatMap { moves.history(of: $0.address) }
    return observation
  }

  /// Verdicts of every address that is in use or stands out, and at least one of each check.
  package func judge(_ observation: ServiceAddressObservation) -> [Verdict] {
    guard !observation.isEmpty else {
      return ServiceAddressChecks.all.map {
        Verdict($0.id, .skipped, "no addresses of Services are configured (cluster.serviceAddresses)")
      }
    }
    return ServiceClaimJudge.verdicts(observation) + ServiceStrangerJudge(observation: observation).verdicts
      + ServiceBoundJudge(observation: observation).verdicts + ServicePoolJudge(observation: observation).verdicts
  }

  /// Whether this host holds each address in use, and which hosts answer for it.
  package func metrics(_ observation: ServiceAddressObservation) -> [MetricFamily] {
    ServiceAddressMetrics.families(observation)
  }

  /// The last moves of the addresses in use.
  package func history(_ observation: ServiceAddressObservation) -> [Move] { observation.moves }

  /// The addresses that Keepalived moves here and that are not the API servers': those of an ingress or of storage.
  private func moved() async throws -> [IPAddress] {
    let (cluster, roles) = (host.cluster, host.roles)
    return try await host.read { files in
      let found = ((try? KeepalivedAddresses.read(files)) ?? []).map(\.address)
      guard !found.isEmpty else { return [] }
      let endpoint = ControlPlaneEndpoint.detect(
        files, configured: cluster.controlPlane.endpoint, isControlPlane: roles.contains(.controlPlane))
      guard endpoint.error == nil else { return [] }
      let shared = SharedAddresses(endpoint: endpoint.value?.endpoint.host.address)
      let own: [IPAddress] = found.reduce(into: []) { if !shared.contains($1), !$0.contains($1) { $0.append($1) } }
      return Array(own.prefix(Self.mostMoved))
    }
  }

  private var isConfigured: Bool {
    !host.cluster.serviceAddresses.watched.isEmpty || !host.cluster.serviceAddresses.pools.isEmpty
  }

  private enum Finding: Sendable {
    case claim(ServiceClaim)
    case search(PoolSearch.Findings?)
  }

  /// All questions go out at the same time.
  private func ask(_ observation: ServiceAddressObservation) async -> ([ServiceClaim], PoolSearch.Findings?) {
    let watched = observation.watched
    return await withTaskGroup(of: Finding.self) { group in
      for address in watched {
        group.addTask {
          let sight = await self.questions.sight(of: address, at: observation.takenAt)
          return .claim(ServiceClaim(address: address, sight: sight, heard: await self.host.network.heard(address)))
        }
      }
      group.addTask { .search(await self.search(observation)) }
      var claims: [IPAddress: ServiceClaim] = [:]
      var search: PoolSearch.Findings?
      for await finding in group {
        switch finding {
        case .claim(let claim): claims[claim.address] = claim
        case .search(let findings): search = findings
        }
      }
      return (watched.compactMap { claims[$0] }, search)
    }
  }

  /// All at once for a `doctor` that was asked for it, else bit by bit on control-plane nodes.
  private func search(_ observation: ServiceAddressObservation) async -> PoolSearch.Findings? {
    let isNamed = host.overrides.isNamed("service-address.stranger")
    guard host.overrides.isLasting ? host.roles.contains(.controlPlane) : isNamed, !observation.settings.pools.isEmpty,
      let table = try? await host.network.table()
    else { return nil }
    let endpoint = observation.endpoint.value?.endpoint.host.address
    let plan = PoolPlan(
      observation.settings, taken: Set(observation.members + [endpoint].compactMap(\.self)), in: table)
    return host.overrides.isLasting
      ? await search.step(plan, at: observation.takenAt)
      : await search.all(plan, within: host.deadline(of: Self.descriptor), at: observation.takenAt)
  }

  /// What matters of the tables, with the names of the hosts in them.
  private func network(
    _ table: Result<NetworkTable, NetworkError>, _ observation: ServiceAddressObservation
  ) async -> Result<ServiceNetwork, NetworkError> {
    let claimants = observation.claims.flatMap { $0.claimants ?? [] }.map(\.hardwareAddress)
    let found = observation.search?.answers.values.flatMap(\.self) ?? []
    let network = table.map { table in
      ServiceNetwork(
        table, settings: observation.settings, moved: observation.moved,
        endpoint: observation.endpoint.value?.endpoint.host.address,
        claimants: Set(claimants + found))
    }
    guard case .success(var known) = network else { return network }
    known.neighbourhood.names = await host.names(of: known.neighbourhood)
    return .success(known)
  }
}

extension AddressSample {
  /// Who was seen to hold an address in use. What this host was heard to answer counts only while nobody else answers:
  /// it may have passed the address on since.
  init(_ claim: ServiceClaim) {
    let sight = claim.sight
    self.init(address: claim.address, begin: sight.begin, end: sight.counters.time ?? sight.begin)
    others = claim.claimants?.map(\.hardwareAddress) ?? []
    let holding = claim.holding
    isOwn = holding != nil || (others.isEmpty && sight.heard.isClaimedHere(at: end))
    var interface = holding?.interface
    if case .answered(let answers) = sight.outcome { interface = interface ?? answers.interface }
    ownHardware = interface.flatMap { try? sight.table.get().link($0) }?.hardwareAddress
    heard = sight.heard
    events = AddressEvents(of: claim.address, in: sight.counters)
  }
}

extension Fact<ServiceAnnouncer> {
  /// Whether this host may answer for an address without holding it: when a speaker runs, or none can be excluded.
  var mayAnnounceUnseen: Bool { error != nil || value?.isBinding == false }
}

/// What is known of the addresses of Services, on this host and on its links.
package struct ServiceAddressObservation: Sendable, Equatable {
  /// When it was looked at.
  package var takenAt: HostTime
  /// What is configured.
  var settings: ServiceAddressSettings
  /// The addresses that Keepalived moves on this host, without that of the API servers.
  var moved: [IPAddress] = []
  /// The addresses of the API servers that the configuration names.
  var members: [IPAddress] = []
  /// The address of the API servers that moves from host to host.
  var endpoint: Fact<ControlPlaneEndpoint> = .absent
  /// The process that announces or binds addresses of Services on this host.
  var announcer: Fact<ServiceAnnouncer> = .absent
  /// The host's own tables, as far as they matter.
  var network: Result<ServiceNetwork, NetworkError>
  /// What the links answered, for every address in use.
  var claims: [ServiceClaim] = []
  /// The last moves of the addresses in use, the newest of each first.
  var moves: [Move] = []

  /// How far the search of the pools is; nil where they are not searched.
  var search: PoolSearch.Findings?

  /// Whether neither pools nor addresses are configured.
  var isEmpty: Bool { settings.pools.isEmpty && watched.isEmpty }
  /// Every address in use, each one once.
  var watched: [IPAddress] { settings.watched + moved.filter { !settings.watched.contains($0) } }
}
