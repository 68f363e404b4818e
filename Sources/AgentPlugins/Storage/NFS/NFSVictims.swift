import AgentCore
import AgentKnowledge
import AgentText

/// The pods whose volumes are mounted from file systems.
struct NFSVictims {
  /// So many are named; the rest is counted.
  private static let mostNames = 5

  let systems: [NFSSystemView]
  /// The names of pods, where they are known.
  let pods: PodNames?

  /// The volumes, each once.
  let volumes: [PodVolume]
  /// How many pods.
  let count: Int

  init(systems: [NFSSystemView], pods: PodNames?) {
    self.systems = systems
    self.pods = pods
    var distinct: Set<PodVolume> = []
    volumes = systems.flatMap { $0.system.points.compactMap(\.volume) }.filter { distinct.insert($0).inserted }
    count = Set(volumes.map(\.pod)).count
  }

  /// How many pods have volumes on file systems.
  static func count(_ systems: [NFSSystemView]) -> Int {
    var pods: Set<String> = []
    for view in systems { for point in view.system.points { if let pod = point.volume?.pod { pods.insert(pod) } } }
    return pods.count
  }

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

  /// A pod as people know it, or its UID.
  func name(_ pod: String) -> String { pods?.names[pod] ?? PlainText.short(pod) }
}
