import AgentCore

/// The checks of the sysctl plugin, in words.
enum SysctlChecks {
  static let all = [values, persistent]

  private static let values = CheckDefinition(
    SysctlValueJudge.check, title: "Kernel parameters as Kubernetes needs them",
    why: """
      Pods reach each other and Services only while the kernel forwards packets. With protectKernelDefaults the kubelet \
      refuses to start on other values, and Calico's Felix refuses a loose reverse-path filter.
      """,
    source: """
      The files below /proc/sys. Which ones matter: the roles, /etc/cni/net.d, protectKernelDefaults, haproxy.cfg, \
      IPv6 in the kubelet's flags or the control plane's manifests.
      """,
    confirm: "sysctl net.ipv4.ip_forward",
    remedy: "sysctl -w net.ipv4.ip_forward=1",
    undo: "sysctl -w net.ipv4.ip_forward=0",
    subject: "key", worst: .failing, lost: [.workloads])

  private static let persistent = CheckDefinition(
    SysctlPersistenceJudge.check, title: "Kernel parameters after the next boot",
    why: "What sysctl -w sets is gone after a reboot: the node then comes back without a pod network.",
    source: """
      sysctl.d in /etc, /run, /usr/local/lib and /usr/lib, merged as systemd-sysctl does: the first directory wins for a \
      file name, files are read in the order of their names, the last line wins. /etc/sysctl.conf counts only where a \
      link in sysctl.d leads to it.
      """,
    confirm: "/usr/lib/systemd/systemd-sysctl --cat-config | grep -n ip_forward",
    remedy: "echo net.ipv4.ip_forward=1 >> /etc/sysctl.d/99-kubernetes.conf && systemctl restart systemd-sysctl",
    undo: "Remove the line from /etc/sysctl.d/99-kubernetes.conf.",
    subject: "key", worst: .warning)
}
