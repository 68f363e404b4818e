public import AgentCore
import AgentHost

/// The firewalls of a host, and what has to pass them.
public struct FirewallObservation: Sendable, Equatable {
  /// When it was read.
  public var takenAt: HostTime
  var firewalld: FirewallState
  var ufw: FirewallState
  var needs: FirewallNeeds
}

/// One firewall.
struct FirewallState: Sendable, Equatable {
  var activity: FirewallActivity
  /// Its rules; nil where it is not active and will not be.
  var rules: FirewallRuleSet?
}

/// Whether a firewall is active, and how that is known.
///
/// Files and processes tell most of it. What systemd says of the units would settle `unclear`; it belongs here.
enum FirewallActivity: Sendable, Equatable {
  /// It is not installed.
  case absent
  /// It is installed and does nothing, now and after the next boot.
  case inactive(Evidence)
  /// Its process runs, or its configuration has it enabled.
  case active(Evidence)
  /// It does nothing now, and the next boot starts it.
  case atNextBoot(Evidence)
  /// Its files are read, and whether it is active does not follow from them.
  case unclear(FirewallProblem)
  /// Its files cannot be seen.
  case unseen(FirewallProblem)
}
