package import AgentCore
import AgentHost
package import AgentKnowledge
import AgentText

/// The shared address of the API servers: who holds it, and whether it will move as it should.
package struct VIPPlugin: Plugin {
  /// What the plugin is. One look takes 1.7 s of questions at most, a connection 0.5 s, and Keepalived's answer
  /// 0.5 s.
  package static let descriptor = PluginDescriptor(
    name: "vip", area: .addresses, summary: "The shared address of the API servers (VIP).", checks: VIPChecks.all,
    rhythm: .addresses, deadline: .seconds(3),
    requirements: [
      Requirement(
        .file(KeepalivedConfiguration.path), for: ["vip.configuration"], permission: "CAP_DAC_READ_SEARCH"),
      Requirement(.file(StaticPod.directory), for: ["vip.configuration"], permission: "CAP_DAC_READ_SEARCH"),
      Requirement(
        .capability(.netRaw), for: ["vip.claimants", "vip.flapping"], permission: "\(Capability.netRaw)"),
    ])

  private let host: Host
  private let settings: VIPSettings
  private let moves = AddressMoves()
  private let watch: NetworkWatch
  private let questions: ClaimQuestions

  /// Watches a host.
  package init(host: Host, settings: VIPSettings = VIPSettings()) {
    self.host = host
    self.settings = settings
    watch = host.network.watch()
    questions = ClaimQuestions(
      host.network, interval: host.interval(of: Self.descriptor), isLasting: host.overrides.isLasting)
  }

  /// Every change of an address, announcements of the shared one and answers for it, changes of what moves it (its files,
  /// its unit, and what Keepalived tells on the bus), and a second master.
  package func triggers() -> AsyncStream<Trigger> {
    host.changes(
      of: [KeepalivedConfiguration.path, StaticPod.directory], units: [UnitName(service: "keepalived")], network: watch,
      and: [questions.answers, host.keepalived.changes()]
        + (settings.hearsAdverts ? [host.network.adverts.rivalry()] : []))
  }

  /// Reads the tables and asks the link.
  package func observe(at time: HostTime) async throws -> VIPObservation {
    let processes = await host.processes()
    let endpoint = try await Self.endpoint(host)
    let manager = host.cluster.controlPlane.manager
    var observation = VIPObservation(takenAt: time, endpoint: endpoint, manager: manager)
    if endpoint == .absent, host.roles.contains(.loadBalancer) {
      let isControlPlane = host.roles.contains(.controlPlane)
      observation.undecided = try await host.read {
        ControlPlaneEndpoint.undecided($0, isControlPlane: isControlPlane)
      }
    }
    guard manager != .unmanaged, let found = endpoint.value?.endpoint, let address = found.host.address else {
      await watch.follow([])
      return observation
    }
    await watch.follow([address])
    observation.look = try await look(at: address, port: found.port, processes, time)
    return observation
  }

  /// Verdicts of all checks.
  package func judge(_ observation: VIPObservation) -> [Verdict] {
    guard let look = observation.look else { return VIPAbsence(observation: observation).verdicts }
    return [
      VIPHeldJudge(look: look, takenAt: observation.takenAt).verdict, VIPClaimantsJudge(look: look).verdict,
      VIPFlappingJudge(look: look).verdict,
      VIPLeaderJudge(look: look).verdict, VIPContaminationJudge(look: look).verdict,
      VIPConfigurationJudge(look: look, endpoint: observation.endpoint.value).verdict,
    ]
  }

  /// Who holds the address.
  package func metrics(_ observation: VIPObservation) -> [MetricFamily] { VIPMetrics.families(observation.look) }

  /// The last moves of the address.
  package func history(_ observation: VIPObservation) -> [Move] { observation.look?.moves.history ?? [] }

  private static func endpoint(_ host: Host) async throws -> Fact<ControlPlaneEndpoint> {
    let configured = host.cluster.controlPlane.endpoint
    let isControlPlane = host.roles.contains(.controlPlane)
    return try await host.read { files in
      ControlPlaneEndpoint.detect(files, configured: configured, isControlPlane: isControlPlane)
    }
  }

  private func look(
    at address: IPAddress, port: PortNumber, _ processes: Result<ProcessTable, FileError>, _ time: HostTime
  ) async throws -> VIPLook {
    let kubelet = try await host.kubelet.facts()
    let setup = try await host.read { files in VIPSetup.read(files, kubelet: kubelet, processes: processes) }
    let sight: ClaimSample
    if let mode = setup.routing(of: address) {
      let reason = "kube-vip brings \(address) to the network by \(mode.rawValue): nobody need answer on its link"
      sight = await questions.unasked(address, at: time, reason)
    } else {
      sight = await questions.sight(of: address, at: time) { await self.connection(to: address, port) }
    }
    let table: Result<NetworkTable, NetworkError>
    do throws(NetworkError) { table = .success(try await host.network.table()) } catch { table = .failure(error) }
    let counters = await host.network.counters()
    let vrrp = await VRRPSample.read(host.keepalived, instances: setup.instances(moving: address))
    var look = VIPLook(
      address: address, table: table, sight: sight, heard: await host.network.heard(address),
      moves: AddressMoves.Summary(), events: counters.addressEvents.filter { $0.key.address == address }, setup: setup,
      vrrp: vrrp)
    if settings.hearsAdverts {
      let interfaces = setup.keepalived.value?.instances.compactMap(\.interface) ?? []
      look.adverts = await host.network.adverts.heard(about: address, on: interfaces)
    }
    look.members = Set(host.cluster.controlPlane.members.compactMap(\.host.address))
    look.neighbourhood = await neighbourhood(of: look)
    if sight.isNew { questions.settle(address, VIPClaimantsJudge(look: look).verdict.state) }
    moves.keep(only: [address])
    // An answer of an earlier look is no new sight of who gave it.
    look.moves = sight.isNew ? moves.add(AddressSample(look)) : moves.summary(of: address, at: time)
    return look
  }

  /// The hosts that answered.
  private func neighbourhood(of look: VIPLook) async -> Neighbourhood {
    guard case .answered(let answers) = look.sight.outcome, case .success(let table) = look.sight.table else {
      return Neighbourhood()
    }
    var neighbourhood = Neighbourhood(
      table, of: Set(answers.claimants.map(\.hardwareAddress)),
      shared: SharedAddresses(endpoint: look.address, services: host.cluster.serviceAddresses))
    neighbourhood.names = await host.names(of: neighbourhood)
    return neighbourhood
  }

  /// Whether anything accepts a connection: it is asked only where nobody answered, because an API server logs it.
  private func connection(to address: IPAddress, _ port: PortNumber) async -> AddressConnection? {
    let limit = Duration.milliseconds(500)
    let request = HTTPProbeRequest(
      .tcp(address, port), path: "/readyz",
      deadlines: HTTPProbeRequest.Deadlines(connect: limit, head: limit, body: limit), bodyLimit: 1024)
    switch await host.http(request).outcome {
    case .answered: return .accepted
    case .failed(let failure): return failure.phase == .connect ? .failed("\(failure)") : .accepted
    case .notRecorded: return nil
    }
  }
}

extension AddressSample {
  /// Who was seen to hold the shared address when the link was asked last.
  init(_ look: VIPLook) {
    let sight = look.sight
    self.init(address: look.address, begin: sight.begin, end: sight.counters.time ?? sight.begin)
    let hardware = { (interface: String?) in interface.flatMap { try? sight.table.get().link($0) }?.hardwareAddress }
    if case .answered(let answers) = sight.outcome {
      others = answers.claimants.map(\.hardwareAddress)
      ownHardware = hardware(answers.interface)
    }
    if let holding = look.holdingsThen.first {
      isOwn = true
      ownHardware = hardware(holding.interface) ?? ownHardware
    }
    heard = sight.heard
    events = AddressEvents(of: look.address, in: sight.counters)
  }
}
