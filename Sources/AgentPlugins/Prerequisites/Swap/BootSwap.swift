import AgentCore
import AgentHost

/// A swap area that the next boot turns on.
struct BootSwap: Sendable, Hashable {
  /// As its source names it: `UUID=…`, /dev/sda3, /var/swap, /dev/zram0.
  var device: String
  /// The path that /proc/swaps would show; nil where that cannot be told.
  var path: String?
  /// Who turns it on, in a word or two.
  var mechanism: String
  /// The file that says so, with its line where there is one.
  var source: String
  /// The command that keeps it off.
  var remedy: String
}

/// All that was found about the next boot.
struct SwapBootFacts: Sendable, Equatable {
  /// What is turned on, in the order of looking.
  var swaps: [BootSwap] = []
  /// What could not be looked at.
  var unreadable: [FileError] = []
  /// Facts that decide nothing, such as `resume=`.
  var notes: [Evidence] = []
  /// Whether there is anything of a system that boots: an fstab or a unit directory.
  var hasSystem = false
}
