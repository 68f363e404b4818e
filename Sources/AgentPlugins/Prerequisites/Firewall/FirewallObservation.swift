package import AgentCore
import AgentHost

/// The firewalls of a host, and what has to pass them.
package struct FirewallObservation: Sendable, Equatable {
  /// When it was read.
  package var takenAt: HostTime
  var firewalld: FirewallState
  var ufw: FirewallState
  /// What other services load.
  var loaded: [LoadedRules] = []
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
/// Files and processes tell most of it; what systemd says of the units settles `unclear`.
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

extension FirewallState {
  /// Takes in what systemd says of the firewall's unit, where files and processes left it open.
  ///
  /// - Parameter isDaemon: whether the unit is the firewall. ufw's only loads rules, and `ufw enable` loads them without
  ///   it: a unit that is not active says nothing then.
  mutating func settle(by status: UnitStatus, of unit: UnitName, isDaemon: Bool) {
    guard case .unclear = activity else { return }
    let evidence = Evidence("systemd, \(unit)", "\(status.active), \(status.file.isEmpty ? status.load : status.file)")
    if status.active == "active" {
      activity = .active(evidence)
    } else if isDaemon {
      activity = status.file == "enabled" ? .atNextBoot(evidence) : .inactive(evidence)
    }
  }
}
