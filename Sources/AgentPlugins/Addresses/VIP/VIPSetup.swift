import AgentCore
import AgentHost
import AgentKnowledge
package import AgentText

/// What moves the address on this host, as its files tell.
struct VIPSetup: Sendable, Equatable {
  /// A program that moves addresses.
  enum Mover: String, Sendable, CaseIterable {
    case keepalived
    case kubeVIP = "kube-vip"

    /// Its name in a sentence.
    var title: String { self == .keepalived ? "Keepalived" : "kube-vip" }
  }

  /// Keepalived's configuration; absent when there is none.
  var keepalived: Fact<KeepalivedConfiguration>
  /// kube-vip's manifest; absent when there is none.
  var kubeVIP: Fact<KubeVIPManifest>
  /// The files that the manifest mounts from /etc/kubernetes and that are no regular files.
  var missingKubeconfigs: Fact<[StaticPod.HostPath]>
  /// The programs that run.
  var running: Fact<Set<Mover>>
  /// `--node-ip`: the addresses, and where it stands.
  var nodeIP: KubeletSetting<String?>

  static func read(
    _ files: HostFiles, kubelet: KubeletFacts, processes: Result<ProcessTable, FileError>
  ) -> VIPSetup {
    let kubeVIP = Fact(from: StaticPod.directory) { () throws(FileError) in try KubeVIPManifest.find(files) }
    return VIPSetup(
      keepalived: Fact(from: KeepalivedConfiguration.path) { () throws(FileError) in
        try KeepalivedConfiguration.read(files)
      }, kubeVIP: kubeVIP, missingKubeconfigs: missing(kubeVIP.value?.kubeconfigs ?? [], files),
      running: Fact(from: "/proc") { () throws(FileError) in
        let names = Set(try processes.get().processes.map(\.name))
        return Set(Mover.allCases.filter { names.contains($0.rawValue) })
      }, nodeIP: kubelet.configuration.text(["nodeIP"], flag: "node-ip"))
  }

  /// A missing one comes to life when the kubelet starts the pod: as a directory, or, with FileOrCreate, as an empty file.
  private static func missing(_ paths: [StaticPod.HostPath], _ files: HostFiles) -> Fact<[StaticPod.HostPath]> {
    Fact(from: "/etc/kubernetes") { () throws(FileError) in
      var missing: [StaticPod.HostPath] = []
      for path in paths {
        let kind = try files.kind(path.path)
        let size = try files.stamp(path.path)?.size ?? 0
        if kind != .regular || size == 0 { missing.append(path) }
      }
      return missing
    }
  }

  /// Keepalived's instances that move the address.
  func instances(moving address: IPAddress) -> [KeepalivedConfiguration.Instance] {
    keepalived.value?.instances(moving: address) ?? []
  }

  /// How kube-vip brings the address to the network where that is not by ARP: then every master has it on loopback and
  /// nobody need answer on the link. Nil in all other cases.
  func routing(of address: IPAddress) -> KubeVIPManifest.Mode? {
    guard mover(of: address) == .kubeVIP, let mode = kubeVIP.value?.mode, mode != .arp else { return nil }
    return mode
  }

  /// The program whose configuration on this host names the address; nil when none does.
  func mover(of address: IPAddress) -> Mover? {
    if !instances(moving: address).isEmpty { return .keepalived }
    return kubeVIP.value?.moves(address) == true ? .kubeVIP : nil
  }
}

/// What the configuration says of `vip.configuration`.
///
///     vip.configuration: {adverts: true}
package struct VIPSettings: SettingsSection, Sendable {
  /// Whether VRRP's advertisements are listened for.
  let hearsAdverts: Bool

  /// The settings without configuration, and for tests.
  package init(hearsAdverts: Bool = false) { self.hearsAdverts = hearsAdverts }

  /// Reads `vip.configuration`.
  package init(from reader: SettingsReader) {
    hearsAdverts = reader.check("vip.configuration", as: ConfigurationSettings.self).hearsAdverts
  }
}

/// The keys of `vip.configuration`.
private struct ConfigurationSettings: SettingsSection {
  let hearsAdverts: Bool

  init(from reader: SettingsReader) { hearsAdverts = reader.value("adverts", default: false) }
}
