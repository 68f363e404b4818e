import AgentText
import AgentCore
import AgentHost
import AgentKnowledge

/// What must reach a host: by its roles (kubernetes.io, "Ports and Protocols"), its network plugin and MetalLB.
/// The controller manager (10257) and the scheduler (10259) are asked on the loopback address only.
struct FirewallNeedsReader {
  private static let interfaces = "/sys/class/net"
  private static let etcdManifest = "\(StaticPod.directory)/etcd.yaml"
  private static let apiServerManifest = "\(StaticPod.directory)/kube-apiserver.yaml"
  private static let keepalived = "/etc/keepalived/keepalived.conf"
  private static let agentPort: UInt16 = 19_100
  private static let memberlistPort: UInt16 = 7946
  private static let typhaPort: UInt16 = 5473

  let files: HostFiles
  let roles: Set<Role>
  let hasKubelet: Bool
  let cluster: ClusterSettings
  let listening: [ListeningSockets.Socket]

  init(files: HostFiles, roles: Set<Role>, hasKubelet: Bool, cluster: ClusterSettings) {
    self.files = files
    self.roles = roles
    self.hasKubelet = hasKubelet
    self.cluster = cluster
    listening = (try? ListeningSockets(reading: files).sockets) ?? []
  }

  func needs() -> FirewallNeeds {
    var needs = FirewallNeeds()
    if roles.contains(.controlPlane) { controlPlane(&needs) }
    if roles.contains(.loadBalancer) { loadBalancer(&needs) }
    if hasKubelet {
      needs.list.append(FirewallNeed(traffic: .tcp(10_250), purpose: "kubelet"))
      network(&needs)
      metalLB(&needs)
    }
    if roles.contains(.storage) { needs.list.append(FirewallNeed(traffic: .tcp(2049), purpose: "NFS")) }
    if isReachable(Self.agentPort) {
      needs.list.append(FirewallNeed(traffic: .tcp(Self.agentPort), purpose: "metrics of nodeagent"))
    }
    var seen: Set<FirewallTraffic> = []
    needs.list = needs.list.filter { seen.insert($0.traffic).inserted }
    return needs
  }

  private func controlPlane(_ needs: inout FirewallNeeds) {
    let flag = ((try? StaticPod.read(Self.apiServerManifest, files)) ?? nil)?.flag("secure-port")
    needs.list.append(FirewallNeed(traffic: .tcp(flag.flatMap { UInt16($0.value) } ?? 6443), purpose: "API server"))
    guard !hasExternalEtcd else { return }
    needs.list.append(FirewallNeed(traffic: .tcp(2379), purpose: "etcd clients"))
    needs.list.append(FirewallNeed(traffic: .tcp(2380), purpose: "etcd peers"))
  }

  /// An API server without an etcd beside it.
  private var hasExternalEtcd: Bool {
    do throws(FileError) {
      guard try files.kind(Self.apiServerManifest) == .regular else { return false }
      return try files.kind(Self.etcdManifest) == nil
    } catch {
      return false
    }
  }

  private func loadBalancer(_ needs: inout FirewallNeeds) {
    let port = cluster.controlPlane.endpoint?.port.number ?? 6443
    needs.list.append(FirewallNeed(traffic: .tcp(port), purpose: "API servers behind the balancer"))
    do throws(FileError) {
      guard try files.kind(Self.keepalived) != nil else { return }
      needs.list.append(FirewallNeed(traffic: .vrrp, purpose: "VRRP of Keepalived"))
    } catch {
      needs.problems.append(FirewallProblem(error))
    }
  }

  /// Calico, Flannel and Cilium, by the first file of /etc/cni/net.d and the interfaces that they made.
  private func network(_ needs: inout FirewallNeeds) {
    do throws(FileError) {
      guard let network = try CNINetwork.read(files) else { return }
      let names = Set(try files.entries(Self.interfaces) ?? [])
      if network.types.contains("cilium-cni") { needs.list += Self.cilium(names) }
      if network.types.contains("flannel") || names.contains("flannel.1") { needs.list += Self.flannel(names) }
      if network.isCalico, !names.contains("flannel.1") { needs.list += calico(names) }
    } catch {
      needs.problems.append(FirewallProblem(error))
    }
  }

  /// docs.tigera.io, "System requirements": BGP everywhere but with VXLAN alone; Typha where it runs.
  private func calico(_ interfaces: Set<String>) -> [FirewallNeed] {
    var list: [FirewallNeed] = []
    if interfaces.contains("vxlan.calico") {
      list.append(FirewallNeed(traffic: .udp(4789), purpose: "VXLAN of Calico", isLetInByFelix: true))
    } else {
      list.append(FirewallNeed(traffic: .tcp(179), purpose: "BGP of Calico"))
      if interfaces.contains("tunl0") {
        list.append(FirewallNeed(traffic: .ipInIP, purpose: "IP in IP of Calico", isLetInByFelix: true))
      }
    }
    if isServed(Self.typhaPort) {
      list.append(FirewallNeed(traffic: .tcp(Self.typhaPort), purpose: "Typha of Calico"))
    }
    return list
  }

  /// flannel's Documentation/backends.md: VXLAN on 8472, made before the first pod's bridge; other backends have no
  /// flannel.1.
  private static func flannel(_ interfaces: Set<String>) -> [FirewallNeed] {
    guard interfaces.contains("flannel.1") || !interfaces.contains("cni0") else { return [] }
    return [FirewallNeed(traffic: .udp(8472), purpose: "VXLAN of Flannel")]
  }

  /// docs.cilium.io, "Firewall Rules": the tunnel, where there is one, and the health checks.
  private static func cilium(_ interfaces: Set<String>) -> [FirewallNeed] {
    var list = [FirewallNeed(traffic: .tcp(4240), purpose: "health checks of Cilium")]
    if interfaces.contains("cilium_geneve") {
      list.append(FirewallNeed(traffic: .udp(6081), purpose: "Geneve of Cilium"))
    } else if interfaces.contains("cilium_vxlan") || !interfaces.contains("cilium_host") {
      list.append(FirewallNeed(traffic: .udp(8472), purpose: "VXLAN of Cilium"))
    }
    return list
  }

  /// The speakers find each other by memberlist; without it each of them takes itself for the only one.
  private func metalLB(_ needs: inout FirewallNeeds) {
    guard !cluster.serviceAddresses.pools.isEmpty || isServed(Self.memberlistPort) else { return }
    for traffic in [FirewallTraffic.tcp(Self.memberlistPort), .udp(Self.memberlistPort)] {
      needs.list.append(FirewallNeed(traffic: traffic, purpose: "MetalLB speakers"))
    }
  }

  private func isServed(_ port: UInt16) -> Bool { listening.contains { $0.port == port && !$0.isLoopback } }

  /// Whether somebody outside may ask this port: not when all who listen on it do so on the loopback address.
  private func isReachable(_ port: UInt16) -> Bool { isServed(port) || !listening.contains { $0.port == port } }
}

extension ListeningSockets.Socket {
  fileprivate var isLoopback: Bool { address.family == .v4 ? address.number >> 24 == 127 : address.number == 1 }
}
