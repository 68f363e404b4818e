import AgentCore
import AgentHost
import AgentKnowledge
import AgentText

/// Reads what the network plugin judges; synchronous, for the worker thread.
struct NetworkSource: Sendable {
  let roles: Set<Role>
  let cluster: ClusterSettings

  func read(_ files: HostFiles, at time: HostTime) -> NetworkObservation {
    var observation = NetworkObservation(
      takenAt: time, isControlPlane: roles.contains(.controlPlane), networks: [], neighbours: [],
      unreadNetworks: [], unreadNeighbours: [])
    readNetworks(files, into: &observation)
    let readers: [(HostFiles) throws(FileError) -> [Neighbour]] = [links, keepalived, apiServers]
    for read in readers {
      do { observation.neighbours += try read(files) } catch { observation.unreadNeighbours.append("\(error)") }
    }
    observation.neighbours += configured
    return observation
  }

  /// The manifests; where they are silent on pods, what the CNI plugin's files say of them.
  private func readNetworks(_ files: HostFiles, into observation: inout NetworkObservation) {
    let stated = ClusterNetworks(reading: files)
    observation.unreadNetworks = stated.problems
    var pods = stated.pods.map { ClusterNetwork(use: .pods, network: $0.network, source: $0.source) }
    if pods.isEmpty {
      do { pods = try networksOfCNI(files) } catch { observation.unreadNetworks.append("\(error)") }
    }
    let services = stated.services.map { ClusterNetwork(use: .services, network: $0.network, source: $0.source) }
    observation.networks = pods + services
  }

  private func networksOfCNI(_ files: HostFiles) throws(FileError) -> [ClusterNetwork] {
    let flannel = try FlannelNetwork.read(files)
    if !flannel.isEmpty { return flannel.map { ClusterNetwork(use: .pods, network: $0.network, source: $0.source) } }
    // CRI-O's example is in nobody's way once the cluster's plugin is there.
    if let cni = try CNINetwork.read(files), cni.dataPath != .placeholder, !cni.subnets.isEmpty {
      return cni.subnets.map { ClusterNetwork(use: .pods, network: $0, source: cni.path) }
    }
    // Tables that cannot be read are a problem of the neighbours already.
    return (try? LocalAddresses(reading: files)).map(Self.blocks) ?? []
  }

  /// The blocks that nodes hand addresses to pods from and that overlap the node's side, as the kernel's routes show them
  /// on any node: those over an interface that leads to pods alone. Blocks that keep off are not told one by one, for
  /// they are not the whole network. One address is a pod's or a node's own; pods that lie in the LAN on purpose
  /// (Cilium with the addresses of a cloud, Calico without encapsulation) have no such block.
  private static func blocks(_ local: LocalAddresses) -> [ClusterNetwork] {
    let routes = (local.links + local.routed).filter {
      PodInterface.leadsToPods($0.interface) && $0.network.prefixLength < $0.network.address.family.bits
        && $0.network.address.family == .v4
    }
    let around = local.links.filter { !PodInterface.isOne($0.interface) }.map(\.network)
    return routes.filter { route in around.contains { $0.overlaps(route.network) } }.map {
      ClusterNetwork(use: .pods, network: $0.network, source: "/proc/net/route (\($0.interface))")
    }
  }

  private func links(_ files: HostFiles) throws(FileError) -> [Neighbour] {
    let local = try LocalAddresses(reading: files)
    let links = local.links.filter { !PodInterface.isOne($0.interface) }.map { link in
      Neighbour(
        extent: .network(link.network), title: "the node's network \(link.network) (\(link.interface))",
        source: link.network.address.family == .v4 ? "/proc/net/route" : "/proc/net/if_inet6")
    }
    return links + local.gateways.map { Self.address($0.address, "the gateway", source: "/proc/net/route") }
  }

  private func keepalived(_ files: HostFiles) throws(FileError) -> [Neighbour] {
    try KeepalivedAddresses.read(files).map { Self.address($0.address, "Keepalived's address", source: $0.source) }
  }

  /// The endpoint, and the address by which the other nodes know this API server.
  private func apiServers(_ files: HostFiles) throws(FileError) -> [Neighbour] {
    var found: [Neighbour] = []
    // What keeps the manifest from being read is a problem of the networks already.
    let manifest = (try? StaticPod.read("\(StaticPod.directory)/kube-apiserver.yaml", files)) ?? nil
    if let flag = manifest?.flag("advertise-address"), let address = try? IPAddress(settingsScalar: flag.value) {
      found.append(Self.address(address, "this API server's address", source: flag.source))
    }
    let endpoint = ControlPlaneEndpoint.detect(
      files, configured: cluster.controlPlane.endpoint, isControlPlane: roles.contains(.controlPlane))
    if case .unreadable(let error) = endpoint { throw error }
    if let endpoint = endpoint.value, let address = endpoint.endpoint.host.address {
      found.append(Self.address(address, "the API servers' endpoint", source: endpoint.source))
    }
    return found
  }

  /// What the configuration names.
  private var configured: [Neighbour] {
    let members = cluster.controlPlane.members.compactMap(\.host.address)
    let servers = cluster.storage.nfs.compactMap(\.server.address)
    let pools = cluster.serviceAddresses.pools
    return members.map { Self.address($0, "the API server", source: "cluster.controlPlane.members") }
      + servers.map { Self.address($0, "the NFS server", source: "cluster.storage.nfs") }
      + pools.map { pool in
        Neighbour(extent: .range(pool), title: "the pool \(pool)", source: "cluster.serviceAddresses.pools")
      }
      + cluster.serviceAddresses.watched.filter { address in !pools.contains { $0.contains(address) } }
      .map { Self.address($0, "the service address", source: "cluster.serviceAddresses") }
  }

  private static func address(_ address: IPAddress, _ title: String, source: String) -> Neighbour {
    Neighbour(extent: .address(address), title: "\(title) \(address)", source: source)
  }
}
