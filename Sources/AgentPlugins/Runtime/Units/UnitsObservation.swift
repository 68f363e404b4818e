package import AgentCore
import AgentHost

/// What systemd said of the watched units.
package struct UnitsObservation: Sendable, Equatable {
  /// When it was asked.
  package var takenAt: HostTime
  /// Whether systemd started this host: /run/systemd/system exists (sd_booted(3)).
  var isSystemd: Bool
  var units: [WatchedUnit]
}

/// One unit of interest.
struct WatchedUnit: Sendable, Equatable {
  /// Why it is looked at.
  enum Interest: Sendable, Equatable {
    /// The host's role or the configuration needs it; the reason in words.
    case needed(String)
    /// It matters where it exists.
    case known
    /// The kubelet of a host that has not joined a cluster restarts by design.
    case notJoined
  }

  var name: UnitName
  var interest: Interest
  var status: Result<UnitStatus, BusError>
  /// Automatic restarts in the last ten minutes, as far as they were watched; nil at the first look.
  var recentRestarts: RestartWindow.Count?
  /// Its last lines in the journal, asked for only when it has failed.
  var log: [String] = []

  var isNeeded: Bool { if case .needed = interest { true } else { false } }
}
