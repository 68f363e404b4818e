import AgentCore

/// The check of the node's interface, with its texts.
enum LinksChecks {
  static let all = [state]

  private static let state = CheckDefinition(
    "links.state", title: "The interface with the node's address works",
    why: """
      Everything that this node does for the cluster goes through one interface. A bad cable or plug first makes it \
      slow or lossy, which looks like a fault of storage or of the API server; Wi-Fi that drops foreign frames keeps \
      MetalLB's addresses silent.
      """,
    source: """
      the kernel's table of interfaces (rtnetlink) with those below (ports, VLANs), /sys/class/net/INTERFACE/speed, \
      /proc/net/route, --node-ip
      """,
    confirm: "ip -s link show dev INTERFACE; ethtool INTERFACE",
    remedy: "ip link set dev INTERFACE up; change the cable, then the plug of the switch", undo: "nothing was changed",
    subject: "interface", worst: .failing, atRisk: [.workloads])
}
