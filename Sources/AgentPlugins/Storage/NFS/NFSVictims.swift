import AgentCore
import AgentHost

/// The pods whose volumes are mounted from file systems.
struct NFSVictims {
  /// So many are named; the rest is counted.
  private static let mostNames = 5

  let systems: [NFSSystemView]
  /// The names of pods, where they are known.
  let pods: PodNames?

  private var volumes: [PodVolume] {
    var distinct: Set<PodVolume> = []
    return systems.flatMap { $0.system.points.compactMap(\.volume) }.filter { distinct.insert($0).inserted }
  }

  /// The pods by UID.
  var count: Int { Set(volumes.map(\.pod)).count }

  /// `default/web-0, default/web-1 and 3 more`.
  var names: String {
    let names = Set(volumes.map { name($0.pod) }).sorted()
    let shown = names.prefix(Self.mostNames).joined(separator: ", ")
    return names.count > Self.mostNames ? "\(shown) and \(names.count - Self.mostNames) more" : shown
  }

  /// Which volume belongs to which pod, and the directories of the share, which may hold the claims' names.
  var evidence: [Evidence] {
    let named = volumes.sorted { ($0.name, $0.pod) < ($1.name, $1.pod) }
    var evidence = named.prefix(Self.mostNames).map {
      Evidence("volume \(PlainText.short($0.name))", "pod \(name($0.pod))")
    }
    if named.count > Self.mostNames { evidence.append(Evidence("volumes", "and \(named.count - Self.mostNames) more")) }
    let directories = Set(systems.flatMap(\.subdirectories)).sorted().prefix(Self.mostNames)
    if !directories.isEmpty {
      evidence.append(
        Evidence("vol_data.json", "directories " + directories.map { PlainText.short($0) }.joined(separator: ", ")))
    }
    return evidence
  }

  private func name(_ pod: String) -> String { pods?.names[pod] ?? PlainText.short(pod) }
}
