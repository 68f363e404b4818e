import AgentText

/// The commands that get a module loaded.
enum ModuleRemedy {
  /// The file of the Kubernetes documentation's readers.
  static let file = "/etc/modules-load.d/k8s.conf"

  static func persist(_ name: String) -> String { "echo \(name) >> \(file)" }

  /// In a container only the machine that it runs on loads modules.
  static func outside(_ name: String) -> String {
    "on the host of this container: modprobe \(name); echo \(name) >> \(file)"
  }

  /// Takes the line away that keeps a module out, or names the word of the kernel's command line that does.
  static func allow(_ block: ModuleBlock) -> String {
    guard block.line == 0 else { return "sed -i.bak '\(block.line)s/^/#/' \(ShellWord.quote(block.path))" }
    return "take \(block.text) out of /etc/default/grub, then: update-grub; reboot"
  }

  /// Gets the package that has the module: Red Hat's kernels name their release so, Ubuntu's end with a flavour, of
  /// which the Raspberry Pi's and the clouds' come without these modules.
  static func install(_ name: String, release: String?) -> String {
    let release = release ?? ""
    if release.contains(".el") || release.contains(".fc") {
      return "dnf install -y kernel-modules-$(uname -r) && modprobe \(name)"
    }
    if ["-raspi", "-generic", "-virtual", "-kvm", "-aws", "-azure", "-gcp"].contains(where: release.hasSuffix) {
      return "apt-get install -y linux-modules-extra-$(uname -r) && modprobe \(name)"
    }
    return "boot a kernel that has \(name)"
  }
}
