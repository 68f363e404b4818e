import AgentText

/// The free shares, in percent, below which a file system is a warning and failing.
struct FreeShares: Sendable, Equatable {
  var warning: Int
  var failing: Int

  /// Shares that stand in the code.
  init(warning: Int, failing: Int) {
    self.warning = warning
    self.failing = failing
  }

  /// Reads `warning` and `failing`.
  init(from reader: SettingsReader, warning: Int, failing: Int) {
    self.warning = reader.value("warning", default: warning, in: 0...99)
    self.failing = reader.value("failing", default: failing, in: 0...99)
    if self.failing > self.warning {
      reader.reject("failing", "is more than 'warning'", allowed: "at most \(self.warning)")
    }
  }
}
