import AgentCore

/// The check of firewalls, with its texts.
enum FirewallChecks {
  static let active: CheckID = "firewall.active"
  static let all = [definition]

  private static let definition = CheckDefinition(
    active, title: "No firewall keeps out what the cluster needs",
    why: """
      A firewall that does not let in the kubelet's, etcd's or the network plugin's ports breaks the node in ways that \
      look like other faults: logs and exec fail, pods do not reach other nodes, two hosts hold one address. Open the \
      ports, or stop the firewall and let the network in front of the nodes protect them.
      """,
    source: """
      The process firewalld and its permanent configuration in /etc/firewalld and /usr/lib/firewalld; /etc/ufw/ufw.conf, \
      /etc/default/ufw, before.rules and user.rules of /etc/ufw. What is needed: the roles, /etc/cni/net.d, the \
      interfaces of the network plugin, the pools of service addresses. Rules of nftables or iptables that neither of \
      the two wrote are not looked at.
      """,
    confirm: "firewall-cmd --state; firewall-cmd --list-all; ufw status verbose",
    remedy: "systemctl disable --now firewalld; ufw disable",
    undo: "systemctl enable --now firewalld; ufw enable", worst: .warning, atRisk: [.workloads])
}
