import AgentCore

/// The checks of the API servers' shared address, with their texts.
enum VIPChecks {
  static let all = [held, claimants, flapping, leader, contamination, configuration]

  private static let links = [Dependency("links.state")]

  private static let held = CheckDefinition(
    "vip.held", title: "Whether this host holds the shared address of the API servers",
    why: "Says which host a request to the API servers reaches first. On one host it is held, on all others not.",
    source: "the kernel's table of addresses (rtnetlink)", confirm: "ip -br address show to ADDRESS",
    remedy: "nothing to mend", undo: "nothing was changed", worst: .ok, dependsOn: links)

  private static let claimants = CheckDefinition(
    "vip.claimants", title: "Exactly one host answers for the shared address",
    why: """
      When nobody answers, kubectl and the cluster's self-healing stop; applications keep running. When two hosts \
      answer, requests reach now one and now the other, and connections break without a message.
      """,
    source: "ARP requests (for IPv6 neighbour solicitations) on the address's link; this host's own address table",
    confirm: "arping -D -c 3 -I INTERFACE ADDRESS; ip -br address show to ADDRESS",
    remedy: "systemctl status keepalived.service; kubectl -n kube-system logs -l component=kube-vip",
    undo: "nothing was changed", subject: "address", worst: .failing, lost: [.administration],
    atRisk: [.administration], dependsOn: links, timing: .probe)

  private static let flapping = CheckDefinition(
    "vip.flapping", title: "The shared address stays where it is",
    why: "At every move connections to the API servers break; moves every few minutes look like a slow cluster.",
    source: "the kernel's messages on this host's addresses; changes of who answers for the address, over ten minutes",
    confirm: "journalctl -u keepalived.service --since -10min; ip monitor address",
    remedy: "journalctl -u keepalived.service --since -30min; mend what makes the holder give it up",
    undo: "nothing was changed", subject: "address", worst: .failing, atRisk: [.administration], dependsOn: links)

  private static let leader = CheckDefinition(
    "vip.leader", title: "Who holds the shared address is who shall hold it",
    why: """
      A Keepalived that was killed leaves the address behind, and one set by hand is never given up: the next \
      fail-over then makes two holders. A master without the address answers nobody, and no other host takes over. \
      With 'enable_dbus' in its global_defs Keepalived itself tells whether it is the master; without it only its \
      process and its configuration can be seen.
      """,
    source: """
      org.keepalived.Vrrp1 on the system bus (property State of the instance); without it the process keepalived or \
      kube-vip and Keepalived's configuration; the kernel's table of addresses
      """,
    confirm: "busctl tree org.keepalived.Vrrp1; pgrep -a keepalived; ip -br address show to ADDRESS",
    remedy: "systemctl start keepalived.service; where another host answers: ip address del ADDRESS dev INTERFACE",
    undo: "systemctl restart keepalived.service", subject: "address", worst: .failing, atRisk: [.administration],
    dependsOn: links, timing: .probe)

  private static let contamination = CheckDefinition(
    "vip.contamination", title: "Nothing takes the shared address for the node's own",
    why: """
      When the kubelet or the pod network takes the shared address for this node's, logs, exec and the pods' network \
      break the day it moves to another host.
      """,
    source: "--node-ip, the order of addresses on the interface, the address that a tunnel sends from (rtnetlink)",
    confirm: "ip address show dev INTERFACE; ip -d link show type vxlan; kubectl get nodes -o wide",
    remedy: "set --node-ip to the node's own address; give the shared address a prefix of 32 bits",
    undo: "nothing was changed", subject: "address", worst: .warning, atRisk: [.administration], dependsOn: links)

  private static let configuration = CheckDefinition(
    "vip.configuration", title: "The configuration of the shared address holds at a fail-over",
    why: "Mistakes here show only when a host dies: the address stays away, or stays on a host whose API is dead.",
    source: """
      /etc/keepalived/keepalived.conf and what it includes, with the users and programs of its scripts; kube-vip's \
      manifest; the table of interfaces; where checks: vip.configuration: {adverts: true} asks for it, VRRP's adverts on the link (heard only, never sent)
      """,
    confirm: """
      keepalived --config-test; cat /etc/kubernetes/manifests/kube-vip.yaml; tcpdump -ni INTERFACE ip proto 112
      """,
    remedy: "mend the named line; keepalived --config-test && systemctl reload keepalived.service",
    undo: "put the line back; systemctl reload keepalived.service", subject: "address", worst: .failing,
    atRisk: [.administration], dependsOn: links)
}
