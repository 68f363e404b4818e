package import AgentCore
import AgentHost

/// What a host's clock shows, and what keeps it right.
package struct TimeObservation: Sendable, Equatable {
  /// When it was read, by the clock that is judged.
  package var takenAt: HostTime
  var clock: Fact<KernelClock>
  /// The program that sets the clock; absent when none runs.
  var service: Fact<TimeService>
  /// Whether one is installed that timedatectl(1) can switch on.
  var isInstalled: Bool
  var packages: PackageManager?
  /// A moment that is certainly over.
  var past: PastMoment?
}

/// A moment that lies in the past, whatever the clock says.
struct PastMoment: Sendable, Equatable {
  /// Seconds since 1970.
  var seconds: Int64
  /// What tells it.
  var source: String
}

/// A program that keeps the clock right, by the name of its process.
enum TimeService: String, Sendable, CaseIterable {
  case chronyd
  /// A process's name has at most 15 bytes (proc_pid_comm(5)).
  case timesyncd = "systemd-timesyn"
  /// That of NTP, NTPsec and OpenNTPD.
  case ntpd
  /// ntpd-rs.
  case ntpDaemon = "ntp-daemon"
  /// linuxptp's, which takes the time from the network card.
  case phc2sys

  /// The name in a sentence.
  var title: String { self == .timesyncd ? "systemd-timesyncd" : rawValue }

  /// Starts it anew, which asks every server at once and steps the clock where it may, or shows why it cannot.
  var remedy: String {
    switch self {
    case .chronyd: "systemctl restart chronyd && chronyc waitsync 6; chronyc -n sources"
    case .timesyncd: "systemctl restart systemd-timesyncd; timedatectl timesync-status"
    case .ntpd: "ntpq -pn || ntpctl -s all"
    case .ntpDaemon: "ntp-ctl status"
    case .phc2sys: "journalctl -b -n 20 -t phc2sys"
    }
  }
}

/// What installs packages here.
enum PackageManager: Sendable, Equatable {
  case apt, dnf

  /// Installs a service that keeps the clock right, and starts it.
  var remedy: String {
    switch self {
    case .apt: "apt-get install -y systemd-timesyncd"
    case .dnf: "dnf install -y chrony && systemctl enable --now chronyd"
    }
  }
}
