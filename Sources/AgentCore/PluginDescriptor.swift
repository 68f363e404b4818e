/// What a plugin is, without making one.
package struct PluginDescriptor: Sendable {
  /// Its name: the part of its check ids before the dot, and its key in the configuration.
  package var name: String
  /// Where it belongs in reports.
  package var area: Area
  /// What it watches, in one sentence.
  package var summary: String
  /// Its checks, in the order of reports.
  package var checks: [CheckDefinition]
  /// How often it looks when nothing triggers it.
  package var rhythm: RoundInterval
  /// How long one look may take before its checks turn unknown.
  package var deadline: Duration
  /// How long one look of `doctor` may take when the plugin or a check of it is asked for by name; nil for no longer.
  package var namedDeadline: Duration?
  /// What it must be allowed to do.
  package var requirements: [Requirement]

  /// Makes a descriptor.
  package init(
    name: String, area: Area, summary: String, checks: [CheckDefinition], rhythm: RoundInterval, deadline: Duration,
    namedDeadline: Duration? = nil, requirements: [Requirement] = []
  ) {
    self.name = name
    self.area = area
    self.summary = summary
    self.checks = checks
    self.rhythm = rhythm
    self.deadline = deadline
    self.namedDeadline = namedDeadline
    self.requirements = requirements
  }
}

/// The part of the node that a plugin watches, in the order of reports.
package enum Area: String, Sendable, Hashable, CaseIterable {
  /// What a node must be before and after it joins.
  case prerequisites
  /// The container runtime, the kubelet and their units.
  case runtime
  /// The control-plane VIP, service addresses and links.
  case addresses
  /// NFS mounts and local disks.
  case storage
  /// API servers, balancers, etcd and certificates.
  case controlPlane = "control-plane"
  /// Ingress and tunnel.
  case exposure
  /// The agent itself.
  case agent = "self"
}

/// What a host is for. A host can have several roles.
package enum Role: String, Sendable, Hashable, CaseIterable, Comparable {
  /// Runs the static pods of the control plane.
  case controlPlane = "control-plane"
  /// Runs a kubelet that has joined a cluster.
  case worker
  /// Runs Keepalived or HAProxy in front of the API servers.
  case loadBalancer = "load-balancer"
  /// Exports file systems.
  case storage
  /// A machine about to join: none of the others.
  case candidate

  /// The order of reports.
  package static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// How often a plugin looks when nothing triggers it.
package struct RoundInterval: Sendable, Hashable {
  /// The longest time between two looks, before it is shifted.
  package var interval: Duration
  /// The roles of hosts that look at another interval, and that interval; empty where all look alike.
  package var exceptions: [Role: Duration]
  /// By which part of itself an interval is shifted at most, so that nodes never march in step.
  package var jitter: Double
  /// The longest time until a change that waits for a second look gets it; nil where it waits for the next round.
  package var confirmation: Duration?

  /// Looks at an interval, shifted by up to 10 %.
  package static func every(_ interval: Duration) -> RoundInterval {
    RoundInterval(interval: interval, exceptions: [:], jitter: 0.1)
  }

  /// Asks the network, at intervals that are shifted by up to 50 %. As these are long, what looks wrong is asked for once
  /// more after five seconds: longer than a fail-over takes.
  ///
  /// - Parameter exceptions: the roles of hosts that ask at another interval.
  package static func probing(every interval: Duration, except exceptions: [Role: Duration] = [:]) -> RoundInterval {
    RoundInterval(interval: interval, exceptions: exceptions, jitter: 0.5, confirmation: .seconds(5))
  }

  /// The interval of a host: of several that its roles name, the shortest.
  package func interval(for roles: Set<Role>) -> Duration {
    roles.compactMap { exceptions[$0] }.min() ?? interval
  }
}

/// Something that a plugin must be allowed to do.
package struct Requirement: Sendable, Hashable {
  /// What it needs.
  package enum Resource: Sendable, Hashable {
    /// To read a file or a directory of the host.
    case file(String)
    /// A capability of the agent's process.
    case capability(Capability)
  }

  /// What it needs.
  package var resource: Resource
  /// The checks that cannot look without it.
  package var checks: [CheckID]
  /// The permission that it takes, in words.
  package var permission: String

  /// Makes a requirement.
  package init(_ resource: Resource, for checks: [CheckID], permission: String) {
    self.resource = resource
    self.checks = checks
    self.permission = permission
  }
}

/// A capability of a process (capabilities(7)).
package struct Capability: Sendable, Hashable, CustomStringConvertible {
  /// Its name, as systemd.exec(5) writes it.
  package let name: String
  /// Its number (linux/capability.h): the place of its bit in the sets of /proc/PID/status (proc_pid_status(5)).
  package let number: Int

  /// Raw and packet sockets: to ask who has an address, and to hear who says so.
  package static let netRaw = Capability(name: "CAP_NET_RAW", number: 13)

  /// Its name.
  package var description: String { name }
}
