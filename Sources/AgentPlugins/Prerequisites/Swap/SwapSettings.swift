import AgentCore
package import AgentText

/// What the administrator wants of swap on this host.
package enum SwapExpectation: String, Sendable, CaseIterable, SettingsScalar {
  /// No swap, even where the kubelet could live with it.
  case none
  /// None, or swap that the kubelet is configured for; the default.
  case configured
  /// Whatever the kubelet starts with.
  case any
}

/// The settings of the swap plugin: `swap.policy: {expect: none | configured | any}`.
package struct SwapSettings: SettingsSection, Sendable {
  private struct Policy: SettingsSection {
    var expect: SwapExpectation
    init(from reader: SettingsReader) { expect = reader.value("expect", default: .configured) }
  }

  /// What is wanted.
  package var expect: SwapExpectation

  /// Settings for tests and for callers without a file.
  package init(expect: SwapExpectation = .configured) { self.expect = expect }

  /// Reads the mapping `checks`.
  package init(from reader: SettingsReader) { expect = reader.check("swap.policy", as: Policy.self).expect }
}
