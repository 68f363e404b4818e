import AgentCore

/// The checks of Service addresses, with their texts.
enum ServiceAddressChecks {
  static let all = [claimants, stranger, bound, pool]

  /// What is behind the ingress: everything that people reach from outside the cluster.
  static let planes: [Plane] = [.lanAccess, .internetAccess]

  private static let claimants = CheckDefinition(
    "service-address.claimants", title: "Exactly one host answers for each address in use",
    why: """
      Nobody outside the cluster reaches the Service when no host answers for its address; when two do, connections \
      break, because switches and clients take the one for the other. A node does not hear its own answers, so who \
      announces is seen by the others. An address that Keepalived moves and that is not the API servers', as that of an \
      ingress, is in use too.
      """,
    source: """
      ARP requests or neighbour solicitations for cluster.serviceAddresses.ingress and .inUse, and for the addresses of \
      /etc/keepalived/keepalived.conf other than the API servers', on their own link; the \
      host's address table; the host's own answers where it has a MetalLB speaker
      """,
    confirm: "arping -c 3 -I INTERFACE ADDRESS; kubectl get servicel2statuses.metallb.io -A",
    remedy: "kubectl get pods -n metallb-system -o wide; kubectl get servicel2statuses.metallb.io -A",
    undo: "nothing was changed", subject: "address", worst: .failing, lost: planes, atRisk: planes,
    dependsOn: [Dependency("links.state")], timing: .probe)

  private static let stranger = CheckDefinition(
    "service-address.stranger", title: "No unknown host uses another address of the pools",
    why: """
      MetalLB gives any free address of its pools to the next Service. When a phone or a printer already has it by \
      DHCP, both break by turns.
      """,
    source: """
      the host's neighbour table; on control-plane nodes one ARP request or neighbour solicitation for each address of \
      the pools every 6 h, a round apart, and in doctor when the check is asked for by name; never for pools of more \
      than 64 addresses, and never over Wi-Fi
      """,
    confirm: "ip neigh show; kubectl get services -A | grep LoadBalancer",
    remedy: "kubectl get services -A | grep -wF ADDRESS # if there is none, keep the DHCP server's range off the pools",
    undo: "nothing was changed", subject: "address", worst: .warning, atRisk: [.lanAccess])

  private static let bound = CheckDefinition(
    "service-address.bound", title: "No pool address is bound on an interface of this node",
    why: """
      MetalLB only answers ARP and binds nothing. A node that also holds the address answers in the place of the one \
      that MetalLB chose, and keeps its traffic. On kube-ipvs0 every node holds all of them, which is right.
      """,
    source: "the host's address table (rtnetlink), cluster.serviceAddresses.pools",
    confirm: "ip -brief address", remedy: "ip address del ADDRESS/LENGTH dev INTERFACE",
    undo: "ip address add ADDRESS/LENGTH dev INTERFACE", subject: "address", worst: .warning, atRisk: [.lanAccess])

  private static let pool = CheckDefinition(
    "service-address.pool", title: "The pools hold no address that belongs to a node",
    why: """
      A Service may get every address of a pool. If that is the control-plane endpoint, a node's own address or one \
      that DHCP gave to this node, two hosts answer for it and one of them is cut off.
      """,
    source: "cluster.serviceAddresses.pools; the host's address table; the control-plane endpoint and members",
    confirm: "kubectl get ipaddresspools.metallb.io -A -o yaml; ip -brief address",
    remedy: "kubectl edit ipaddresspools.metallb.io -n metallb-system",
    undo: "kubectl edit ipaddresspools.metallb.io -n metallb-system", subject: "address", worst: .failing,
    atRisk: [.lanAccess])
}
