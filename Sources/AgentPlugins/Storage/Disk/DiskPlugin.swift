package import AgentCore
import AgentHost
package import AgentKnowledge
package import AgentText

/// The disks below the cluster: space, file systems that turned read-only, errors and wear.
package struct DiskPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "disk", area: .storage, summary: "Space, errors and wear of the host's own disks.", checks: DiskChecks.all,
    rhythm: .every(.seconds(60)), deadline: .seconds(2))

  private let host: Host
  private let settings: DiskSettings
  private let window = DiskErrorWindow()

  /// Watches a host.
  package init(host: Host, settings: DiskSettings) {
    self.host = host
    self.settings = settings
  }

  /// The interval is enough for what fills slowly; a file system that turns read-only is a change of the mounts.
  package func triggers() -> AsyncStream<Trigger> { .ended }

  /// Reads the mounts and counters, and asks local file systems how much is free.
  package func observe(at time: HostTime) async throws -> DiskObservation {
    var observation = DiskObservation(takenAt: time)
    guard host.roles != [.candidate] else {
      observation.irrelevance =
        "no Kubernetes role found on this host (looked for \(RoleDetection.places))"
      return observation
    }
    let facts = try await host.kubelet.facts()
    if host.roles.contains(.storage) { observation.planes.append(.storage) }
    if !host.roles.isDisjoint(with: [.controlPlane, .worker]) {
      observation.planes.append(.workloads)
      observation.kubeletDirectory = DiskPlaces.kubeletDirectory(facts)
      observation.thresholds = Result { () throws(KubeletProblem) in try EvictionThresholds(facts.configuration) }
    }
    observation = try await host.read { [roles = host.roles, before = observation] files in
      var observation = before
      let reader = DiskReader(files: files)
      observation.errors = reader.errors()
      observation.wear = reader.wear()
      do throws(FileError) {
        let table = try MountTable(reading: files)
        observation.readOnly = reader.readOnly(table)
        observation.places = DiskPlaces(files: files, table: table, roles: roles, facts: facts).found
      } catch {
        observation.problem = error
      }
      return observation
    }
    window.add(&observation.errors, at: time)
    for index in observation.places.indices where observation.places[index].device != nil {
      observation.places[index].measure = await measure(observation.places[index].path)
    }
    return observation
  }

  /// Verdicts of every place and of every device that stands out, and at least one of each check.
  package func judge(_ observation: DiskObservation) -> [Verdict] {
    if let reason = observation.irrelevance { return DiskChecks.all.map { Verdict($0.id, .skipped, reason) } }
    return DiskSpaceJudge(observation: observation, settings: settings).verdicts
      + DiskHealthJudge(observation: observation).verdicts
  }

  /// The contract has no numbers of disks: node_exporter has them.
  package func metrics(_: DiskObservation) -> [MetricFamily] { [] }

  private func measure(_ path: String) async -> DiskPlace.Measure {
    do {
      guard let space = try await host.space(path) else { return .unreadable("\(path) is gone") }
      return .space(space)
    } catch {
      return .unreadable("\(error)")
    }
  }
}

/// What the configuration says of the disk checks.
///
///     disk.space: {warning: 10, failing: 5}
///     disk.inodes: {warning: 10, failing: 5}
package struct DiskSettings: SettingsSection, Sendable {
  /// The free share in percent of what the kubelet has no threshold for.
  let space: FreeShares
  /// The same of files.
  let inodes: FreeShares

  /// Reads the keys.
  package init(from reader: SettingsReader) {
    space = reader.check("disk.space", as: ShareSettings.self).shares
    inodes = reader.check("disk.inodes", as: ShareSettings.self).shares
  }
}

private struct ShareSettings: SettingsSection {
  let shares: FreeShares

  init(from reader: SettingsReader) { shares = FreeShares(from: reader, warning: 10, failing: 5) }
}
