import AgentCore

/// What /proc/PID/stat says of a process or a thread (proc_pid_stat(5)): a file that never blocks.
package struct TaskStatus: Sendable, Hashable {
  /// Its name: at most 15 bytes, any of them.
  package var name: String
  /// Its state: `S` sleeping, `D` in a wait that nothing interrupts, `R`, `Z` and others.
  package var state: Character
  /// When it was started, in hundredths of a second since boot (USER_HZ).
  package var startTicks: UInt64

  /// Reads the file; nil for what is none.
  package init?(_ bytes: [UInt8]) {
    // The name stands in parentheses and may hold some itself.
    guard let open = bytes.firstIndex(of: UInt8(ascii: "(")), let close = bytes.lastIndex(of: UInt8(ascii: ")")),
      open < close
    else { return nil }
    let fields = bytes[(close + 1)...].split(whereSeparator: { $0 == 0x20 || $0 == 0x0A })
    guard fields.count > 19, let state = fields[0].first,
      let start = UInt64(String(decoding: fields[19], as: UTF8.self))
    else { return nil }
    name = String(decoding: bytes[(open + 1)..<close], as: UTF8.self)
    self.state = Character(Unicode.Scalar(state))
    startTicks = start
  }

  /// How long it has been there.
  ///
  /// - Parameter bootNanoseconds: now, since boot.
  package func age(atBootNanoseconds bootNanoseconds: Int64) -> Duration {
    .nanoseconds(
      max(0, bootNanoseconds.subtractingSaturated(Int64(clamping: startTicks).multipliedSaturated(by: 10_000_000))))
  }
}
