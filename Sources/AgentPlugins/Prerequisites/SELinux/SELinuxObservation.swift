package import AgentCore
import AgentHost

/// SELinux on a host: what it does now, and what decides of the next boot.
package struct SELinuxObservation: Sendable, Equatable {
  /// When it was taken.
  package var takenAt: HostTime
  /// The files that tell the state.
  var facts: SELinuxFacts
  /// The configuration file.
  var config: Fact<SELinuxConfig>
  /// What the kernel's command line says of it.
  var words: Fact<SELinuxBootWords>
  /// The file of the policy that the configuration names; absent where it has none.
  var policy: Fact<String>
  /// What brings the rules for containers; absent where none does.
  var containerPolicy: Fact<String>
  /// Whether a kubelet runs or will run here.
  var hasKubelet: Bool
  /// The programs that remedies can use.
  var tools: SELinuxTools

  /// What SELinux does now.
  var state: SELinuxState { facts.state(isConfigured: config != .absent || words.value?.isOff == true) }

  /// What the next boot makes of it.
  var nextBoot: SELinuxNextBoot {
    .decide(
      config: config, words: words,
      isInKernel: facts.enforce.value == nil ? facts.isInKernel : facts.enforce.map { _ in true },
      policy: policy)
  }
}

/// Programs of the distribution.
struct SELinuxTools: Sendable, Equatable {
  /// Red Hat's program for the kernel's command line; elsewhere it is made of /etc/default/grub.
  var hasGrubby = false
  /// What installs container-selinux; nil where the distribution has no such package.
  var installer: String?
}
