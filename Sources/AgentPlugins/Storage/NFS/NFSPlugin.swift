package import AgentCore
import AgentHost
package import AgentKnowledge
import AgentText

/// The NFS servers of this host and what is mounted of them, looked at in stages: the kernel's counters, a question to
/// the server itself, and only where doubt is left a child that uses the mount.
package struct NFSPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "nfs", area: .storage, summary: "NFS servers, mounts, and the pods that wait for them.",
    checks: NFSChecks.all, rhythm: .every(.seconds(5)), deadline: .seconds(5),
    requirements: [
      Requirement(
        .file("/var/lib/kubelet/pods"), for: ["nfs.responding", "nfs.pods"], permission: "CAP_DAC_READ_SEARCH")
    ])
  /// How long a server has for its answer: with the time of a child, less than the plugin's own deadline.
  static let patience = Duration.milliseconds(1500)
  /// What is left of a round for the census and the names of pods.
  private static let closing = Duration.milliseconds(300)
  /// After this no further file system of a server is looked at in the same round.
  private static let lookTime = Duration.seconds(1)
  /// So many servers are looked at at once.
  private static let mostLooks = 8
  /// The notes of so many volumes are read.
  private static let mostNotes = 16

  private let host: Host
  private let settings: NFSSettings
  private let memory = NFSMemory()

  /// Watches a host.
  package init(host: Host, settings: NFSSettings) {
    self.host = host
    self.settings = settings
  }

  /// Everything that is mounted or unmounted.
  package func triggers() -> AsyncStream<Trigger> { host.mountChanges() }

  /// Reads the tables, asks the servers, and looks at what is in doubt.
  package func observe(at time: HostTime) async throws -> NFSObservation {
    var observation = NFSObservation(takenAt: time)
    let configured = host.cluster.storage.nfs
    let end = ContinuousClock.now + host.deadline(of: Self.descriptor) - Self.closing
    let former = memory.mounts
    let reading = try await host.read { NFSReading($0, after: former, configured: configured) }
    memory.mounts = reading.mounts
    observation.problem = reading.problem
    observation.countersProblem = reading.countersProblem
    var views = (reading.mounts?.systems ?? []).map {
      NFSSystemView(system: $0, statistics: reading.counters[$0.device])
    }
    memory.add(&views, at: time)
    observation.servers = await ask(
      NFSTopology.servers(of: views, configured: configured), reading.addresses, at: time)
    guard !observation.servers.isEmpty else { return observation }
    memory.keep(&observation.servers, at: time)
    if host.overrides.isLasting {
      await look(&observation, until: end)
    } else {
      await lookOnce(&observation, until: end)
    }
    await findNeighbours(&observation)
    try await findServices(&observation)
    await census(&observation)
    if let mounts = reading.mounts { try await findVictims(&observation, mounts) }
    return observation
  }

  /// Verdicts of every server and export, and at least one of each check.
  package func judge(_ observation: NFSObservation) -> [Verdict] {
    NFSJudge(observation: observation, settings: settings).verdicts
  }

  /// The numbers of every server and export.
  package func metrics(_ observation: NFSObservation) -> [MetricFamily] {
    NFSMetrics(observation: observation, settings: settings).families
  }
}

extension NFSPlugin {
  private func ask(
    _ servers: [NFSServerView], _ named: [String: IPAddress], at time: HostTime
  ) async -> [NFSServerView] {
    await withTaskGroup(of: (Int, NFSServerView).self) { group in
      for (index, server) in servers.enumerated() {
        group.addTask { [host, memory] in (index, await Self.ask(server, named, host.nfs, memory, time)) }
      }
      var asked = servers
      for await (index, server) in group { asked[index] = server }
      return asked
    }
  }

  /// One look is all there is: who missed one answer is asked again beside the looks at all others.
  private func lookOnce(_ observation: inout NFSObservation, until end: ContinuousClock.Instant) async {
    let before = observation.servers
    async let again = askAgain(before, until: end)
    await look(&observation, until: end)
    for (index, asked) in await again { observation.servers[index].asked = asked }
  }

  private func askAgain(
    _ servers: [NFSServerView], until end: ContinuousClock.Instant
  ) async -> [(Int, [NFSServerView.Asked])] {
    let left = min(end - ContinuousClock.now, Self.patience)
    guard left > .zero else { return [] }
    return await withTaskGroup(of: (Int, [NFSServerView.Asked]).self) { group in
      for (index, server) in servers.enumerated() where server.asked.contains(where: \.answer.isSilence) {
        group.addTask { [host] in
          var asked = server.asked
          for place in asked.indices where asked[place].answer.isSilence {
            asked[place].answer = await host.nfs.ask(asked[place].target, deadline: left)
          }
          return (index, asked)
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }

  private func findNeighbours(_ observation: inout NFSObservation) async {
    guard observation.servers.contains(where: \.isUnreached), let table = try? await host.network.table() else {
      return
    }
    for index in observation.servers.indices where observation.servers[index].isUnreached {
      let address = observation.servers[index].worst?.target.address.address
      observation.servers[index].neighbour = table.neighbours.first { $0.address == address }?.state
    }
  }

  /// Whether a server that does not serve is a Service, which has no host to be looked at.
  private func findServices(_ observation: inout NFSObservation) async throws {
    guard observation.servers.contains(where: \.isDown) else { return }
    let facts = try await host.kubelet.facts()
    let table = try? await host.network.table()
    let networks = try await host.read { NFSServiceNetworks(reading: $0, facts: facts) }
    for index in observation.servers.indices where observation.servers[index].isDown {
      guard let address = observation.servers[index].worst?.target.address.address else { continue }
      observation.servers[index].service = networks.sign(of: address, in: table)
    }
  }

  private static func ask(
    _ server: NFSServerView, _ named: [String: IPAddress], _ nfs: any NFSProbes, _ memory: NFSMemory, _ time: HostTime
  ) async -> NFSServerView {
    var server = server
    for target in NFSTopology.targets(of: server, named: named) {
      let answer: NFSAnswer
      if let recent = memory.answer(of: target, at: time) {
        answer = recent
      } else {
        answer = await nfs.ask(target, deadline: patience)
        memory.keep(answer, of: target, at: time)
      }
      server.asked.append(.init(target: target, answer: answer))
    }
    if server.asked.isEmpty { server.unasked = NFSTopology.reason(server) }
    return server
  }

  /// Looks at the file systems that are due or in doubt: those first that were not looked at for longest.
  private func look(_ observation: inout NFSObservation, until end: ContinuousClock.Instant) async {
    let time = observation.takenAt
    var wanted: [(server: Int, systems: [NFSSystemView])] = []
    for (index, server) in observation.servers.enumerated() where !server.isDown || server.hasReplied {
      let systems = server.exports.flatMap { export in
        let judge = NFSExportJudge(server: server, export: export, settings: settings, countersProblem: nil)
        return export.systems.filter { $0.lookAge >= judge.lookLife(of: $0) }
      }
      if !systems.isEmpty { wanted.append((index, systems.sorted { $0.lookUrgency > $1.lookUrgency })) }
    }
    wanted.sort { ($0.systems.first?.lookUrgency ?? 0) > ($1.systems.first?.lookUrgency ?? 0) }
    let looked = await withTaskGroup(of: [NFSSystemView].self) { group in
      var waiting = wanted[...]
      func start() {
        guard let (_, systems) = waiting.popFirst() else { return }
        group.addTask { [host, memory] in await Self.look(at: systems, host, memory, time, until: end) }
      }
      for _ in 0..<Self.mostLooks { start() }
      var looked: [NFSSystemView] = []
      // Where a child of an earlier round still hangs the answer is there at once, and the next server has its turn.
      for await views in group {
        looked += views
        if ContinuousClock.now + MountProbe.deadline < end { start() }
      }
      return looked
    }
    let byDevice = Dictionary(looked.map { ($0.system.device, $0) }) { first, _ in first }
    observation.servers = observation.servers.map { server in
      server.mapSystems { byDevice[$0.system.device] ?? $0 }
    }
  }

  /// One after the other: a server gets one child at a time.
  private static func look(
    at systems: [NFSSystemView], _ host: Host, _ memory: NFSMemory, _ time: HostTime,
    until end: ContinuousClock.Instant
  ) async -> [NFSSystemView] {
    let start = ContinuousClock.now
    var looked: [NFSSystemView] = []
    for var view in systems
    where looked.isEmpty || hasTime(since: start, until: end, isLasting: host.overrides.isLasting) {
      var look = await Self.look(at: view, host)
      memory.keep(look, of: &view, at: time)
      // One look is all there is: who missed the time gets it once more, as long as the round has it.
      if look == .stuck, !host.overrides.isLasting, ContinuousClock.now + MountProbe.deadline < end {
        look = await Self.look(at: view, host)
        memory.keep(look, of: &view, at: time)
      }
      looked.append(view)
      // Where one hangs the others would too, and each would take the whole time.
      if look.isMissed { break }
    }
    return looked
  }

  /// The daemon goes on in its next round; who looks once uses all the time there is.
  private static func hasTime(
    since start: ContinuousClock.Instant, until end: ContinuousClock.Instant, isLasting: Bool
  ) -> Bool {
    let now = ContinuousClock.now
    return (!isLasting || now - start < lookTime) && now + MountProbe.deadline < end
  }

  private static func look(at view: NFSSystemView, _ host: Host) async -> MountProbe {
    switch await host.helper.lookAtMount(view.system.device) {
    case .facts(let look): look
    case .unavailable(let words): .impossible(words)
    }
  }

  private func census(_ observation: inout NFSObservation) async {
    let time = observation.takenAt
    if !observation.servers.contains(where: \.isInTrouble), let (tasks, age) = memory.tasks(at: time) {
      observation.tasks = tasks
      observation.tasksAge = age
      return
    }
    let tasks = await host.helper.stuckTasks()
    memory.keep(tasks, at: time)
    observation.tasks = tasks
  }

  /// Whose volumes lie on the servers of which something is wrong.
  private func findVictims(_ observation: inout NFSObservation, _ mounts: NFSMounts) async throws {
    let troubled = observation.servers.filter { hasFinding($0) }
    guard !troubled.isEmpty else { return }
    let names: NFSNames
    if let known = memory.names(of: mounts, at: observation.takenAt), known.servers == Set(troubled.map(\.name)) {
      names = known
    } else {
      names = try await host.read { try Self.names(of: troubled, mounts, $0) }
      memory.keep(names, at: observation.takenAt)
    }
    observation.pods = names.pods
    observation.servers = observation.servers.map { server in
      guard names.servers.contains(server.name) else { return server }
      return server.mapSystems { view in
        var view = view
        view.subdirectories = names.subdirectories[view.system.device] ?? []
        return view
      }
    }
  }

  private func hasFinding(_ server: NFSServerView) -> Bool {
    if server.isInTrouble || NFSServerJudge(server: server, settings: settings).verdict.state.isFinding { return true }
    return server.exports.contains { export in
      NFSExportJudge(server: server, export: export, settings: settings, countersProblem: nil).verdicts
        .contains { $0.state.isFinding }
    }
  }

  private static func names(
    of servers: [NFSServerView], _ mounts: NFSMounts, _ files: HostFiles
  ) throws -> NFSNames {
    let paths = LocalPaths(try MountTable(reading: files), files: files)
    var names = NFSNames(
      mounts: mounts.digest, servers: Set(servers.map(\.name)), pods: PodNames.read(files, paths))
    var left = Self.mostNotes
    for view in servers.flatMap({ $0.exports.flatMap(\.systems) }) where left > 0 {
      for volume in view.system.points.lazy.compactMap(\.volume).prefix(left) {
        left -= 1
        guard let name = VolumeData.read(volume, files, paths)?.subdirectory else { continue }
        names.subdirectories[view.system.device, default: []].append(name)
      }
    }
    return names
  }
}

extension NFSServerView {
  /// Whether something about it may keep pods waiting.
  var isInTrouble: Bool { isDown || exports.contains { $0.systems.contains(where: \.isInDoubt) } }

  /// Whether not even a connection came about.
  fileprivate var isUnreached: Bool {
    if case .failed(let failure) = worst?.answer { failure.phase == .connect } else { false }
  }

  fileprivate func mapSystems(_ transform: (NFSSystemView) -> NFSSystemView) -> NFSServerView {
    var server = self
    server.exports = exports.map { export in
      var export = export
      export.systems = export.systems.map(transform)
      return export
    }
    return server
  }
}

extension NFSSystemView {
  /// Whether the kernel's counters or the last look leave a doubt that only another look can end.
  var isInDoubt: Bool {
    switch look {
    case .stuck, .stillStuck, .failed: return true
    case .answered, .busy, .noRoom, .gone, .impossible, .notRecorded, nil: break
    }
    guard let activity else { return false }
    return activity.unanswered > 0 && !activity.hasReplies
  }

  /// What was never looked at comes first, then what was not for longest.
  fileprivate var lookUrgency: Double { look == nil ? .infinity : lookAge.inSeconds }
}
