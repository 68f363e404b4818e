package import AgentCore
import AgentHost
import AgentKnowledge

/// What a machine is like, as far as Kubernetes asks for it.
package struct MachineObservation: Sendable, Equatable {
  /// When it was read.
  package var takenAt: HostTime
  /// Why it does not matter here; nil where it does.
  var irrelevance: String?
  var isControlPlane: Bool
  /// Whether the machine is about to join.
  var isCandidate: Bool
  var resources: MachineResources
  var identity: NodeIdentity
  var proxy: ProxyFacts
  var programs: ProgramFacts

  /// Looks at the host; for the worker thread.
  init(reading files: HostFiles, kubelet: KubeletFacts, roles: Set<Role>, cluster: ClusterSettings, at time: HostTime) {
    takenAt = time
    irrelevance = kubelet.irrelevance(roles: roles)
    isControlPlane = roles.contains(.controlPlane)
    isCandidate = roles.contains(.candidate)
    resources = MachineResources(reading: files)
    let own = OwnAddresses.read(files)
    let shared = SharedAddress.read(
      files, configured: cluster.controlPlane.endpoint, own: own.value?.all ?? [], isControlPlane: isControlPlane)
    identity = NodeIdentity(reading: files, kubelet: kubelet, own: own, shared: shared)
    proxy = ProxyFacts(reading: files, cluster: cluster, isControlPlane: isControlPlane, identity: identity)
    programs = ProgramFacts(reading: files, kubelet: kubelet, nfs: cluster.storage.nfs)
  }
}

/// How large the machine is.
struct MachineResources: Sendable, Equatable {
  static let memoryPath = "/proc/meminfo"
  static let processorPath = "/sys/devices/system/cpu/online"

  /// Memory that the kernel has for itself and programs, in KiB (MemTotal, proc_meminfo(5)); sysinfo(2), which kubeadm
  /// asks, gives the same number.
  var memory: Fact<Int>
  /// Processors that are on.
  var processors: Fact<Int>

  /// Reads both; for the worker thread.
  init(reading files: HostFiles) {
    memory = Fact(from: Self.memoryPath) { () throws(FileError) in
      Self.memoryTotal(String(decoding: try files.bytes(Self.memoryPath, limit: .kernel), as: UTF8.self))
    }
    processors = Fact(from: Self.processorPath) { () throws(FileError) in
      Self.count(String(decoding: try files.bytes(Self.processorPath, limit: .kernel), as: UTF8.self))
    }
  }

  /// `MemTotal:  8040232 kB`, where kB means 1024 bytes.
  static func memoryTotal(_ text: String) -> Int? {
    let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("MemTotal:") }
    let words = line?.split(separator: " ") ?? []
    return words.count == 3 && words[2] == "kB" ? Int(words[1]).flatMap { $0 > 0 ? $0 : nil } : nil
  }

  /// The number of processors in a list like `0-3,5` (cpuset(7), "List format"); nil for anything else.
  static func count(_ list: String) -> Int? {
    var count = 0
    for part in list.prefix(while: { !$0.isNewline }).split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last else {
        return nil
      }
      count += Int(last - first) + 1
    }
    return count
  }
}
