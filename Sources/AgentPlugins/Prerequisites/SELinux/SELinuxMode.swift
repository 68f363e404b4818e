package import AgentText

/// What SELinux does with a breach of its policy; also what an administrator can expect of it.
package enum SELinuxMode: String, Sendable, CaseIterable, SettingsScalar {
  /// Nothing: it is off, or has no policy. Files that are made now get no label.
  case disabled
  /// It logs it.
  case permissive
  /// It denies it.
  case enforcing

  /// The value of the metrics.
  var metricValue: Double {
    switch self {
    case .disabled: 0
    case .permissive: 1
    case .enforcing: 2
    }
  }
}

/// The settings of the selinux plugin: `selinux.mode: {expect: disabled | permissive | enforcing}`.
package struct SELinuxSettings: SettingsSection, Sendable {
  private struct Mode: SettingsSection {
    var expect: SELinuxMode?
    init(from reader: SettingsReader) { expect = reader.optional("expect") }
  }

  /// What is wanted; nil to report only.
  package var expect: SELinuxMode?

  /// Settings for tests and for callers without a file.
  package init(expect: SELinuxMode? = nil) { self.expect = expect }

  /// Reads the mapping `checks`.
  package init(from reader: SettingsReader) { expect = reader.check(SELinuxModeJudge.check, as: Mode.self).expect }
}
