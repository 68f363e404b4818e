import AgentCore
import AgentHost
import AgentKnowledge
import AgentText

/// Whether there is room where it matters.
struct DiskSpaceJudge {
  let observation: DiskObservation
  let settings: DiskSettings

  /// What is counted.
  private enum Resource {
    case bytes
    case files

    var check: CheckID { self == .bytes ? "disk.space" : "disk.inodes" }
    var signal: String { self == .bytes ? "available" : "inodesFree" }

    /// After a share in percent.
    var free: String { self == .bytes ? "free" : "of the inodes free" }

    func amounts(_ space: FileSystemSpace) -> (free: UInt64, total: UInt64) {
      self == .bytes ? (space.freeBytes, space.totalBytes) : (space.freeInodes, space.totalInodes)
    }

    func share(_ space: FileSystemSpace) -> Double { self == .bytes ? space.freeShare : space.freeInodeShare }
  }

  var verdicts: [Verdict] { judge(.bytes) + judge(.files) }

  private func judge(_ resource: Resource) -> [Verdict] {
    if let problem = observation.problem { return [Verdict(resource.check, .unknown, "\(problem)")] }
    let verdicts = observation.places.map { judge($0, resource) }
    return verdicts.isEmpty ? [Verdict(resource.check, .skipped, "no directory that matters was found")] : verdicts
  }

  private func judge(_ place: DiskPlace, _ resource: Resource) -> Verdict {
    switch place.measure {
    case .foreign(let words): return say(place, resource, .skipped, words)
    case .unreadable(let words): return say(place, resource, .unknown, words)
    case .space(let space):
      guard resource.amounts(space).total > 0 else {
        return say(place, resource, .skipped, "the file system has no limit for it, or it was not recorded")
      }
      switch place.purpose {
      case .pods: return evict(place, resource, space, place.holdsImages ? ["nodefs", "imagefs"] : ["nodefs"])
      case .images: return evict(place, resource, space, ["imagefs"])
      case .etcd, .export, .system: return compare(place, resource, space)
      }
    }
  }

  /// By the kubelet's thresholds.
  private func evict(_ place: DiskPlace, _ resource: Resource, _ space: FileSystemSpace, _ kinds: [String]) -> Verdict {
    let thresholds: EvictionThresholds
    switch observation.thresholds {
    case .success(let found): thresholds = found
    case .failure(let problem): return say(place, resource, .unknown, "the kubelet's thresholds: \(problem)")
    case nil: return compare(place, resource, space)
    }
    let (free, total) = resource.amounts(space)
    var evidence = [measured(place, resource, space)]
    var near: String?
    var omitted: String?
    for signal in kinds.map({ "\($0).\(resource.signal)" }) {
      switch thresholds.limit(signal) {
      case .malformed(let words): return say(place, resource, .unknown, "\(thresholds.source): \(words) is no limit")
      case .omitted: omitted = signal
      case .limit(let limit):
        evidence.append(Evidence("\(thresholds.source) \(signal)", limit.words))
        if limit.isPassed(by: free, of: total) {
          return say(
            place, resource, .failing,
            "\(percent(space, resource)) % \(resource.free), less than \(limit.words): the kubelet evicts pods and takes no new ones",
            evidence)
        }
        if limit.isPassed(by: free - free / 3, of: total) { near = limit.words }
      }
    }
    if let near {
      return say(
        place, resource, .warning,
        "\(percent(space, resource)) % \(resource.free): below \(near) the kubelet evicts pods", evidence
      )
    }
    if let omitted {
      return say(
        place, resource, .warning,
        "evictionHard leaves out \(omitted): the kubelet does nothing when the disk fills up",
        evidence + [Evidence(thresholds.source, "without \(omitted)")],
        remedy: "add \(omitted) to evictionHard in /var/lib/kubelet/config.yaml; systemctl restart kubelet.service")
    }
    return say(place, resource, .ok, "\(percent(space, resource)) % \(resource.free)", evidence)
  }

  /// By shares of the configuration.
  private func compare(_ place: DiskPlace, _ resource: Resource, _ space: FileSystemSpace) -> Verdict {
    let shares = resource == .bytes ? settings.space : settings.inodes
    let percent = percent(space, resource)
    let evidence = [measured(place, resource, space)]
    let what = resource.free
    if percent < shares.failing { return say(place, resource, .failing, "only \(percent) % \(what)", evidence) }
    if percent < shares.warning { return say(place, resource, .warning, "only \(percent) % \(what)", evidence) }
    return say(place, resource, .ok, "\(percent) % \(what)", evidence)
  }

  private func percent(_ space: FileSystemSpace, _ resource: Resource) -> Int {
    Int((resource.share(space) * 100).rounded(.down))
  }

  private func measured(_ place: DiskPlace, _ resource: Resource, _ space: FileSystemSpace) -> Evidence {
    let (free, total) = resource.amounts(space)
    let text = resource == .bytes ? "\(free >> 20) of \(total >> 20) MiB free" : "\(free) of \(total) inodes free"
    return Evidence("statfs(2) \(place.path)", text)
  }

  private func say(
    _ place: DiskPlace, _ resource: Resource, _ state: CheckState, _ summary: String, _ evidence: [Evidence] = [],
    remedy: String? = nil
  ) -> Verdict {
    let (lost, atRisk): ([Plane], [Plane]) =
      switch place.purpose {
      case .pods, .images: ([.workloads], [.workloads])
      case .etcd: ([], [.administration])
      case .export: ([.storage], [.storage])
      case .system: ([], observation.thresholds == nil ? [] : [.workloads])
      }
    // Images lie where the runtime keeps them, so the commands look there.
    let isFull = place.purpose == .images && (state == .failing || state == .warning)
    let looking =
      isFull ? "crictl rmi --prune; du -xh --max-depth=2 \(ShellWord.quote(place.path)) | sort -h | tail" : nil
    return Verdict(
      resource.check, subject: place.path, state, summary, evidence: evidence, remedy: remedy ?? looking, lost: lost,
      atRisk: atRisk)
  }
}
