import AgentHost
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

/// What the kernel's command line says of SELinux.
struct SELinuxBootWords: Sendable, Equatable {
  /// `selinux=0`: the kernel starts without it (the last one counts, security/selinux/hooks.c).
  var isOff: Bool
  /// `enforcing=N` as libselinux takes it before the policy is loaded: it beats the configuration file. Only the first
  /// place where these letters stand is looked at, so that `rd.enforcing=0` before it hides it
  /// (selinux_init_load_policy() in libselinux/src/load_policy.c).
  var enforcing: Bool?

  init(_ line: BootCommandLine) {
    isOff = line.text("selinux").flatMap(Int.init) == 0
    let tag = "enforcing="
    guard let word = line.words.first(where: { $0.contains(tag) }), word.hasPrefix(tag) else { return }
    let value = Self.number(word.dropFirst(tag.count))
    enforcing = value < 0 ? nil : value > 0
  }

  /// As atoi(3): the digits at the beginning, 0 without any.
  private static func number(_ text: Substring) -> Int {
    let isNegative = text.first == "-"
    let digits = text.drop { $0 == "-" || $0 == "+" }.prefix { $0.isASCII && $0.isNumber }
    return (Int(digits) ?? 0) * (isNegative ? -1 : 1)
  }
}
