package import AgentCore
import AgentHost
import AgentKnowledge

/// The kernel parameters of a host: as they are, as its files set them, and what makes them matter.
package struct SysctlObservation: Sendable, Equatable {
  /// When it was taken.
  package var takenAt: HostTime
  /// What the host is for.
  var roles: Set<Role>
  /// Whether a kubelet runs or will run here.
  var hasKubelet: Bool
  /// The values below /proc/sys without the final newline.
  var values: [SysctlName: Fact<String>]
  /// What the next boot will set.
  var configuration: SysctlConfiguration
  /// Whether the kubelet compares its parameters instead of setting them.
  var protectKernelDefaults: KubeletSetting<Bool>
  /// What makes parameters matter.
  var signs: SysctlSigns

  /// Looks at the host; for the worker thread.
  init(reading files: HostFiles, keys: [SysctlKey], kubelet: KubeletFacts, roles: Set<Role>, at time: HostTime) {
    takenAt = time
    self.roles = roles
    hasKubelet = !roles.isDisjoint(with: [.controlPlane, .worker, .candidate]) || kubelet.isPresent
    values = Dictionary(uniqueKeysWithValues: keys.map { ($0.name, Self.value($0.name, files)) })
    configuration = SysctlConfiguration(reading: files)
    protectKernelDefaults = kubelet.configuration.bool(
      ["protectKernelDefaults"], flag: "protect-kernel-defaults", default: false)
    signs = SysctlSigns(reading: files, kubelet: kubelet.configuration)
  }

  private static func value(_ name: SysctlName, _ files: HostFiles) -> Fact<String> {
    Fact(from: name.file) { () throws(FileError) in
      try files.bytesIfPresent(name.file, limit: .kernel).map { content in
        String(decoding: content.prefix { $0 != 0 && $0 != UInt8(ascii: "\n") }, as: UTF8.self)
      }
    }
  }
}
