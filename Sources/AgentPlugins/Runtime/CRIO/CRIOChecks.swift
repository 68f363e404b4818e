import AgentCore

/// The checks of CRI-O, with their texts.
enum CRIOChecks {
  static let all = [responding, cgroupDriver, storage]

  /// What the others rest on. They have its timing: until it is announced nothing would explain why they cannot look.
  private static let answer = [
    Dependency("crio.responding"), Dependency("units.state", subject: .named("crio.service")),
  ]

  private static let responding = CheckDefinition(
    "crio.responding", title: "CRI-O answers on its socket",
    why: "A CRI-O that hangs still counts as running, but starts and ends no container; the node turns NotReady.",
    source:
      "GET /info on /run/crio/crio.sock, which only root may open: asked by nodeagent-helper where the agent is not",
    confirm: "curl -s --max-time 2 --unix-socket /run/crio/crio.sock http://localhost/info",
    remedy: "systemctl restart crio.service; journalctl -u crio.service -n 50",
    undo: "nothing was changed", worst: .failing, lost: [.workloads],
    dependsOn: [Dependency("units.state", subject: .named("crio.service"))], timing: .probe)

  private static let cgroupDriver = CheckDefinition(
    "crio.cgroup-driver", title: "The kubelet and CRI-O agree on who manages control groups",
    why: """
      Where each has its own setting and they differ, no pod starts. From 1.31 on the kubelet asks CRI-O and its own \
      file no longer counts.
      """,
    source: "cgroup_driver of CRI-O's /info; cgroupDriver and the version of the kubelet",
    confirm: """
      curl -s --unix-socket /run/crio/crio.sock http://localhost/info; grep cgroupDriver /var/lib/kubelet/config.yaml
      """, remedy: "set cgroupDriver in /var/lib/kubelet/config.yaml to CRI-O's; systemctl restart kubelet.service",
    undo: "mv /var/lib/kubelet/config.yaml.bak /var/lib/kubelet/config.yaml; systemctl restart kubelet.service",
    worst: .failing, lost: [.workloads], dependsOn: answer, timing: .probe)

  private static let storage = CheckDefinition(
    "crio.storage", title: "CRI-O has room for images and containers",
    why: "When it is full no image can be pulled and no container written; before that the kubelet evicts pods.",
    source: "storage_root of CRI-O's /info; statfs(2) of it", confirm: "df -h /var/lib/containers/storage",
    remedy: "crictl rmi --prune", undo: "images are pulled again when they are needed", worst: .failing,
    lost: [.workloads], dependsOn: answer, timing: .probe)
}
