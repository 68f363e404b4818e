/// The networks that pods and Services get their addresses from, as a control-plane node's manifests state them; a
/// worker's files do not tell them.
public struct ClusterNetworks: Sendable, Equatable {
  /// One network and the `FILE:LINE` that states it.
  public struct Entry: Sendable, Equatable {
    /// The network.
    public var network: IPNetwork
    /// `FILE:LINE`.
    public var source: String
  }

  /// `--cluster-cidr` of the controller-manager.
  public var pods: [Entry]
  /// `--service-cluster-ip-range` of the controller-manager or the API server.
  public var services: [Entry]
  /// What the manifests say that is no network, or kept them from being read.
  public var problems: [String]

  /// The manifests that tell them.
  public static let paths = ["kube-controller-manager", "kube-apiserver"].map { "\(StaticPod.directory)/\($0).yaml" }

  /// Reads both manifests; nothing where there are none.
  public init(reading files: HostFiles) {
    pods = []
    services = []
    problems = []
    for path in Self.paths {
      do {
        guard let pod = try StaticPod.read(path, files) else { continue }
        if pods.isEmpty { pods = networks(pod.flag("cluster-cidr")) }
        if services.isEmpty { services = networks(pod.flag("service-cluster-ip-range")) }
      } catch {
        problems.append("\(error)")
      }
    }
  }

  private mutating func networks(_ flag: (value: String, source: String)?) -> [Entry] {
    guard let flag else { return [] }
    return flag.value.split(separator: ",").compactMap { text in
      guard let network = IPNetwork(cidr: text) else {
        problems.append("\(flag.source): '\(PlainText.short(String(text)))' is not a network")
        return nil
      }
      return Entry(network: network, source: flag.source)
    }
  }
}
