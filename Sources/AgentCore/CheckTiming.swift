/// How long a changed judgement must last before it is announced.
package enum Persistence: Sendable, Hashable {
  /// So many rounds in a row, the first one included; 0 and 1 both mean at once.
  case rounds(Int)
  /// So long by the boot clock.
  case lasting(Duration)

  /// At once.
  package static let none = Persistence.rounds(0)
}

/// When a check announces that it got worse, and that it is well again.
package struct CheckTiming: Sendable, Hashable {
  /// How long a worse state must last.
  package var hold: Persistence
  /// How long a better state must last.
  package var clear: Persistence

  /// Makes a timing.
  package init(hold: Persistence, clear: Persistence) {
    self.hold = hold
    self.clear = clear
  }

  /// A file or a system call states it: at once.
  package static let fact = CheckTiming(hold: .none, clear: .none)
  /// One answer may be lost: two rounds either way.
  package static let probe = CheckTiming(hold: .rounds(2), clear: .rounds(2))
}
