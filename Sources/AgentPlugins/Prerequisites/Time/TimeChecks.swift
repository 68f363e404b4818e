import AgentCore

/// The check of the clock, with its texts.
enum TimeChecks {
  static let all = [synchronised]

  private static let synchronised = CheckDefinition(
    "time.synchronised", title: "The clock is kept right",
    why: """
      Certificates count as expired or not yet valid on a clock that is wrong: the node drops out of its cluster, and \
      pulls of images and logins fail. A Raspberry Pi has no clock that runs while it is off. Virtual machines need a \
      time service too.
      """,
    source: """
      adjtimex(2): maxerror, which whoever corrects the clock sets and the kernel lets grow; the names of processes; \
      files that the last synchronisation touched
      """,
    confirm: "timedatectl; chronyc -n tracking || timedatectl timesync-status",
    remedy: "timedatectl set-ntp true", undo: "timedatectl set-ntp false",
    worst: .failing, atRisk: [.administration],
    // A step of the clock counts as unsynchronised until the next correction.
    timing: CheckTiming(hold: .lasting(.seconds(600)), clear: .none))
}
