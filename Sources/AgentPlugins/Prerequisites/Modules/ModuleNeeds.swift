import AgentCore
import AgentHost
import AgentKnowledge

/// What was seen on the host that makes modules matter.
struct ModuleNeeds: Sendable, Equatable {
  private static let mountsPath = "/proc/self/mountinfo"

  /// Why what a kubelet needs does not matter here; nil where it does.
  var irrelevance: String?
  /// The network plugin hands packets over a bridge.
  var bridge: Applicability
  /// kube-proxy works by IPVS.
  var ipvs: Applicability
  /// NFS is mounted, or the configuration names an export that pods of this node mount.
  var nfs: Applicability
  /// The same of version 4, which is what mount.nfs(8) takes unless told otherwise.
  var nfs4: Applicability

  func sign(_ need: KernelModule.Need) -> Applicability {
    switch need {
    case .nfs: return nfs
    case .nfs4: return nfs4
    case .node, .bridge, .ipvs: break
    }
    if let irrelevance { return .notSeen(irrelevance) }
    switch need {
    case .bridge: return bridge
    case .ipvs: return ipvs
    case .node, .nfs, .nfs4: return .seen(Evidence("kubelet", "runs here, or is to"))
    }
  }
}

extension ModuleNeeds {
  /// Looks; for the worker thread.
  init(reading files: HostFiles, kubelet: KubeletFacts, roles: Set<Role>, nfs sources: [NFSSource]) {
    irrelevance = kubelet.irrelevance(roles: roles)
    bridge = NetworkApplicability.bridge(CNINetwork.find(files))
    ipvs = NetworkApplicability.ipvs(files)
    let configured = irrelevance == nil ? sources.first : nil
    nfs = Self.nfs(files, ["nfs", "nfs4"], configured)
    nfs4 = Self.nfs(files, ["nfs4"], configured)
  }

  private static func nfs(_ files: HostFiles, _ types: Set<String>, _ configured: NFSSource?) -> Applicability {
    if let configured { return .seen(Evidence("cluster.storage.nfs", configured.description)) }
    do throws(FileError) {
      let content = try files.bytesIfPresent(mountsPath, limit: .kernel) ?? []
      guard let type = mounted(types, in: content) else {
        return .notSeen("\(types.contains("nfs") ? "NFS" : "NFS 4") is neither configured nor mounted here")
      }
      return .seen(Evidence(mountsPath, "a mount of type \(type)"))
    } catch {
      return .hidden(error)
    }
  }

  /// The first of the types among the mounts: the word after ` - ` (proc_pid_mountinfo(5)), which blanks in paths,
  /// written `\040`, cannot imitate.
  static func mounted(_ types: Set<String>, in content: [UInt8]) -> String? {
    for line in content.split(separator: UInt8(ascii: "\n")) {
      guard let end = line.firstRange(of: Array(" - ".utf8))?.upperBound else { continue }
      let type = line[end...].prefix { $0 != UInt8(ascii: " ") }
      // Most mounts are of other kinds, and become no text.
      guard type.starts(with: "nfs".utf8) else { continue }
      let name = String(decoding: type, as: UTF8.self)
      if types.contains(name) { return name }
    }
    return nil
  }
}
