import AgentCore
import AgentHost
import AgentKnowledge
import AgentText

/// How the host calls itself, and which address the kubelet takes for its own.
struct NodeIdentity: Sendable, Equatable {
  static let kernelPath = "/proc/sys/kernel/hostname"
  static let filePath = "/etc/hostname"

  /// The host name of the running kernel.
  var running: Fact<String>
  /// The host name that the next boot sets (hostname(5)).
  var nextBoot: Fact<String>
  /// `--hostname-override`.
  var override: KubeletSetting<String?>
  /// `--node-ip`.
  var nodeIP: KubeletSetting<String?>
  /// Whether the node is in a cluster under its name.
  var isJoined: Bool
  /// What /etc/hosts says of the name; absent when the name is not known.
  var hosts: Fact<[HostsFile.Entry]>
  /// Who is asked for names.
  var services: Fact<NameServices>
  /// The host's own addresses, without loopback.
  var own: Fact<OwnAddresses>
  /// Addresses that move from host to host.
  var shared: Fact<[SharedAddress]>

  /// Reads all of it; for the worker thread.
  init(reading files: HostFiles, kubelet: KubeletFacts, own: Fact<OwnAddresses>, shared: Fact<[SharedAddress]>) {
    running = Fact(from: Self.kernelPath) { () throws(FileError) in
      try Self.firstLine(files.bytesIfPresent(Self.kernelPath, limit: .kernel))
    }
    nextBoot = Fact(from: Self.filePath) { () throws(FileError) in
      try Self.firstLine(files.bytesIfPresent(Self.filePath))
    }
    override = kubelet.configuration.text(["hostnameOverride"], flag: "hostname-override")
    nodeIP = kubelet.configuration.text(["nodeIP"], flag: "node-ip")
    isJoined = kubelet.hasJoined
    services = NameServices.read(files)
    self.own = own
    self.shared = shared
    hosts = .absent
    if let name = node?.name {
      hosts = Fact(from: HostsFile.path) { () throws(FileError) in
        try files.bytesIfPresent(HostsFile.path).map { HostsFile.entries(of: name, in: $0) } ?? []
      }
    }
  }

  /// The node's name; nil when it cannot be seen.
  var node: NodeName? {
    guard case .known(let text, _) = override else { return nil }
    return (text?.isEmpty == false ? text : running.value).map(NodeName.init)
  }

  /// The addresses of `--node-ip`; without, those of the interface with the default route that do not move.
  var likelyAddresses: [IPAddress] {
    let given = (nodeIP.value.flatMap { $0 } ?? "").split(separator: ",").compactMap { part in
      try? IPAddress(settingsScalar: part.filter { !$0.isWhitespace })
    }
    if let address = given.first(where: { $0.number != 0 }) { return [address] }
    return (own.value?.primary ?? []).filter { address in shared.value?.contains { $0.address == address } != true }
  }

  /// Whether the host name does not matter.
  var isOverridden: Bool { override.value??.isEmpty == false }

  /// The first line that is neither empty nor a comment.
  private static func firstLine(_ content: [UInt8]?) -> String? {
    String(decoding: content ?? [], as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { $0.filter { !$0.isWhitespace } }.first { !$0.isEmpty && !$0.hasPrefix("#") }
  }
}

/// An address that several hosts hold in turn, and what says so.
struct SharedAddress: Sendable, Equatable {
  var address: IPAddress
  /// `FILE:LINE`, or the key of the configuration.
  var source: String

  /// The virtual addresses of Keepalived and kube-vip, and the control-plane endpoint.
  ///
  /// An endpoint that is the host's own address counts only where something on the host is seen to move it: the one
  /// of a single API server is no shared address.
  static func read(_ files: HostFiles, configured: Endpoint?, own: [IPAddress], isControlPlane: Bool) -> Fact<[Self]> {
    do throws(FileError) {
      var found = try KeepalivedAddresses.read(files).map { Self(address: $0.address, source: $0.source) }
      if let manifest = (try? KubeVIPManifest.find(files)) ?? nil, manifest.movesControlPlane {
        let source = "\(manifest.path):\(manifest.address?.line ?? 1)"
        found += (manifest.endpoints ?? []).compactMap(\.host.address).map { Self(address: $0, source: source) }
      }
      let detected = ControlPlaneEndpoint.detect(files, configured: nil, isControlPlane: isControlPlane)
      if let error = detected.error { throw error }
      if let endpoint = detected.value, let address = endpoint.endpoint.host.address {
        if !found.contains(where: { $0.address == address }) {
          found.append(Self(address: address, source: endpoint.source))
        }
      }
      if let address = configured?.host.address, !own.contains(address) {
        found.append(Self(address: address, source: "cluster.controlPlane.endpoint"))
      }
      return .known(found, source: "Keepalived, kube-vip and the control-plane endpoint")
    } catch {
      return .unreadable(error)
    }
  }
}
