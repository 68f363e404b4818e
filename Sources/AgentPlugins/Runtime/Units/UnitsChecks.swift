import AgentCore

/// The checks of systemd's units, with their texts.
enum UnitsChecks {
  static let all = [state, enabled, restarts]

  /// The planes that some unit may take; each verdict names those of its own unit.
  private static let planes: [Plane] = [.administration, .workloads, .internetAccess, .storage]

  /// What a kubelet dies of at its start.
  private static let kubelet: [Dependency] = {
    let name = "kubelet.service"
    let checks: [CheckID] = ["kubelet.configuration", "swap.policy", "cgroups.version", "cgroups.memory"]
    // Judged only where protectKernelDefaults makes the kubelet refuse other values.
    let parameters = [
      "vm.overcommit_memory", "vm.panic_on_oom", "kernel.panic", "kernel.panic_on_oops", "kernel.keys.root_maxkeys",
      "kernel.keys.root_maxbytes",
    ]
    let runtimes = ["crio.service", "containerd.service"].map {
      Dependency("units.state", subject: .named($0), findingsOn: name)
    }
    let sockets = ["crio.responding", "containerd.responding"].map { Dependency($0, findingsOn: name) }
    return runtimes + sockets + checks.map { Dependency($0, findingsOn: name) }
      + parameters.map { Dependency("sysctl.values", subject: .named($0), findingsOn: name) }
  }()

  private static let state = CheckDefinition(
    "units.state", title: "The services that this host is for are running",
    why: """
      Without the container runtime and the kubelet no pod starts here; without Keepalived and HAProxy kubectl loses \
      its way; without the NFS server every pod with a volume on it stops.
      """,
    source: "LoadState, ActiveState, SubState and Result of the unit, from systemd over the system bus",
    confirm: "systemctl status UNIT", remedy: "systemctl restart UNIT; journalctl -u UNIT -n 50",
    undo: "systemctl stop UNIT", subject: "unit", worst: .failing, lost: planes, atRisk: planes,
    dependsOn: kubelet)

  private static let enabled = CheckDefinition(
    "units.enabled", title: "Services that run now come back after a reboot",
    why: "A service that was only started by hand is gone after the next reboot, often months later.",
    source: "UnitFileState of the unit, from systemd over the system bus", confirm: "systemctl is-enabled UNIT",
    remedy: "systemctl enable UNIT", undo: "systemctl disable UNIT", subject: "unit", worst: .warning, atRisk: planes)

  private static let restarts = CheckDefinition(
    "units.restarts", title: "Services do not end and restart again and again",
    why: "A service that ends every few seconds looks alive between two looks, and does not do its work.",
    source: "NRestarts and InvocationID of the unit over ten minutes, from systemd over the system bus",
    confirm: "systemctl show -p NRestarts,Result,ExecMainStatus UNIT; journalctl -u UNIT -n 50",
    remedy: "journalctl -u UNIT -n 100; mend what it says", undo: "nothing was changed", subject: "unit",
    worst: .failing, atRisk: planes,
    dependsOn: [Dependency("units.state", subject: .same)] + kubelet)
}
