import AgentCore

/// The check of ports, with its texts.
enum PortsChecks {
  static let free: CheckID = "ports.free"
  static let all = [definition]

  private static let definition = CheckDefinition(
    free, title: "The ports that Kubernetes listens on are free",
    why: """
      kubeadm ends with an error when another program listens on a port of the kubelet or the control plane, on \
      whatever address. After joining it is Kubernetes itself that listens there.
      """,
    source: "/proc/net/tcp and /proc/net/tcp6; who listens: /proc/PID/fd, comm and cgroup",
    confirm: "ss -ltnp '( sport = :6443 or sport = :10250 or sport = :2379 or sport = :2380 )'",
    remedy: "ss -ltnp 'sport = :10250'",
    undo: "systemctl enable --now of the service that was stopped", subject: "port", worst: .warning)
}
