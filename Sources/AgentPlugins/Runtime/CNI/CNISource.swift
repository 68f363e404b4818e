import AgentCore
import AgentHost
import AgentKnowledge

/// Reads what the cni plugin judges; synchronous, for the worker thread.
enum CNISource {
  /// Where CRI-O looks for plugins (crio.conf(5), plugin_dirs), then where distributions put them.
  static let programDirectories = ["/opt/cni/bin", "/usr/libexec/cni", "/usr/lib/cni"]
  static let managerDirectories = ["/etc/NetworkManager", "/run/NetworkManager", "/usr/lib/NetworkManager"]

  static func read(_ files: HostFiles, kubelet: KubeletFacts, roles: Set<Role>, at time: HostTime) -> CNIObservation {
    let networks = Fact(from: CNINetwork.directory) { () throws(FileError) in try CNINetwork.all(files) }
    return CNIObservation(
      takenAt: time, irrelevance: irrelevance(kubelet, roles: roles), networks: networks,
      missingPrograms: missing(files, types: networks.value?.first?.types ?? []),
      manager: manager(files, isCalico: networks.value?.contains(where: \.isCalico) == true))
  }

  private static func irrelevance(_ kubelet: KubeletFacts, roles: Set<Role>) -> String? {
    switch kubelet.joining {
    case .joined, .bootstrapping: nil
    case .notJoined:
      kubelet.irrelevance(roles: roles) ?? "not joined yet: the cluster's network is installed afterwards"
    case .unknown(let error): roles.isDisjoint(with: [.controlPlane, .worker]) ? "\(error)" : nil
    }
  }

  private static func missing(_ files: HostFiles, types: [String]) -> Fact<[String]> {
    Fact(from: programDirectories[0]) { () throws(FileError) in
      var missing: [String] = []
      for type in types where !type.contains("/") {
        var isThere = false
        for directory in programDirectories where !isThere {
          isThere = try files.kind("\(directory)/\(type)") == .regular
        }
        if !isThere { missing.append(type) }
      }
      return missing
    }
  }

  private static func manager(_ files: HostFiles, isCalico: Bool) -> CNIObservation.InterfaceManager {
    guard isCalico else { return .harmless }
    do throws(FileError) {
      guard try ProcessTable(reading: files).first(named: "NetworkManager") != nil else { return .harmless }
      for path in try managerFiles(files) {
        let settings = UnitText.parse(String(decoding: try files.bytesIfPresent(path) ?? [], as: UTF8.self))
        let leavesAlone = settings.contains {
          $0.key == "unmanaged-devices" && ($0.value.contains("cali") || $0.value.contains("interface-name:*"))
        }
        if leavesAlone { return .harmless }
      }
      return .meddling
    } catch {
      return error.reason == .notFound ? .harmless : .unreadable(error)
    }
  }

  /// NetworkManager.conf and its drop-ins (NetworkManager.conf(5)).
  private static func managerFiles(_ files: HostFiles) throws(FileError) -> [String] {
    var paths = ["/etc/NetworkManager/NetworkManager.conf"]
    for directory in managerDirectories {
      paths += (try files.entries("\(directory)/conf.d") ?? []).filter { $0.hasSuffix(".conf") }
        .map { "\(directory)/conf.d/\($0)" }
    }
    return paths
  }
}
