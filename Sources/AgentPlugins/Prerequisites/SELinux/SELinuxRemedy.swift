import AgentText
import AgentHost

/// The commands that bring SELinux into a mode.
struct SELinuxRemedy {
  private let observation: SELinuxObservation

  init(_ observation: SELinuxObservation) { self.observation = observation }

  /// Nil where the distribution has no such package.
  var installContainerPolicy: String? { observation.tools.installer.map { "\($0) container-selinux" } }

  /// From one mode to another right now; what is disabled cannot be switched on but by a boot.
  func now(from mode: SELinuxMode, to wanted: SELinuxMode) -> String {
    switch (mode, wanted) {
    case (.disabled, _): "\(later(wanted)); reboot"
    case (_, .disabled): "\(switchOff); reboot"
    case (_, .enforcing): "setenforce 1"
    case (_, .permissive): "setenforce 0"
    }
  }

  /// For the next boot.
  func later(_ wanted: SELinuxMode) -> String {
    if wanted == .disabled { return switchOff }
    var commands: [String] = []
    if observation.words.value?.isOff == true { commands.append(dropping("selinux=0")) }
    if let enforcing = observation.words.value?.enforcing, enforcing != (wanted == .enforcing) {
      commands.append(dropping("enforcing=\(enforcing ? 1 : 0)"))
    }
    if case .mode(_, .otherKernel) = observation.nextBoot { commands.append(adding("security=selinux")) }
    if case .mode(_, .noPolicy) = observation.nextBoot { commands.append(installPolicy) }
    // Files without labels are labelled by a boot that does not enforce.
    let isUnlabelled = observation.state.mode == .disabled
    let first: SELinuxMode = isUnlabelled ? .permissive : wanted
    if observation.config.value?.mode != first { commands.append(configure(first)) }
    if isUnlabelled { commands.append("touch /.autorelabel") }
    return commands.joined(separator: "; ")
  }

  private var installPolicy: String {
    let type = observation.config.value?.type ?? "targeted"
    return "\(observation.tools.installer ?? "apt-get install -y") selinux-policy-\(ShellWord.quote(type))"
  }

  /// Off whole: since Linux 6.4 and in RHEL 9, `SELINUX=disabled` only leaves it without a policy.
  private var switchOff: String { adding("selinux=0") }

  private func configure(_ mode: SELinuxMode) -> String {
    let line = "SELINUX=\(mode.rawValue)"
    guard observation.config.value?.mode != nil else { return "echo \(line) >> \(SELinuxConfig.path)" }
    return "sed -i.bak 's/^SELINUX=.*/\(line)/' \(SELinuxConfig.path)"
  }

  private func adding(_ word: String) -> String {
    observation.tools.hasGrubby
      ? "grubby --update-kernel=ALL --args=\(word)"
      : "sed -i.bak 's/^GRUB_CMDLINE_LINUX=\"/&\(word) /' /etc/default/grub; update-grub"
  }

  private func dropping(_ word: String) -> String {
    observation.tools.hasGrubby
      ? "grubby --update-kernel=ALL --remove-args=\(word)"
      : "sed -i.bak 's/ *\(word)//' /etc/default/grub; update-grub"
  }
}
