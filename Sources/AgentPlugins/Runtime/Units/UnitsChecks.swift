import AgentCore

/// The checks of systemd's units, with their texts.
enum UnitsChecks {
  static let all = [state, enabled, restarts]

  /// The planes that some unit may take; each verdict names those of its own unit.
  private static let planes: [Plane] = [.administration, .workloads, .internetAccess, .storage]

  private static let state = CheckDefinition(
    "units.state", title: "The services that this host is for are running",
    why: """
      Without the container runtime and the kubelet no pod starts here; without Keepalived and HAProxy kubectl loses \
      its way; without the NFS server every pod with a volume on it stops.
      """,
    source: "LoadState, ActiveState, SubState and Result of the unit, from systemd over the system bus",
    confirm: "systemctl status UNIT", remedy: "systemctl restart UNIT; journalctl -u UNIT -n 50",
    undo: "systemctl stop UNIT", subject: "unit", worst: .failing, lost: planes, atRisk: planes,
    dependsOn: [Dependency("kubelet.configuration", findingsOn: "kubelet.service")])

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
    dependsOn: [
      Dependency("units.state", subject: .same), Dependency("kubelet.configuration", findingsOn: "kubelet.service"),
    ])
}
