import AgentCore

/// The checks of the selinux plugin, in words.
enum SELinuxChecks {
  static let all = [mode, persistent]

  private static let mode = CheckDefinition(
    SELinuxModeJudge.check, title: "SELinux is in the expected mode",
    why: """
      Enforcing denies what the policy does not allow: without container-selinux that is much of what pods do. \
      Permissive only logs it. Disabled is not permissive: files get no labels, so that going back takes a relabelling \
      of all disks at boot. Nothing is expected unless selinux.mode has expect.
      """,
    source: """
      /sys/fs/selinux/enforce; where it is not mounted, /proc/filesystems and the agent's own label. container-selinux: \
      the module container in /var/lib/selinux or /etc/selinux.
      """,
    confirm: "getenforce; semodule -l | grep -x container",
    remedy: "setenforce 0", undo: "setenforce 1", worst: .warning)

  private static let persistent = CheckDefinition(
    SELinuxPersistenceJudge.check, title: "SELinux is in the same mode after a reboot",
    why: """
      setenforce lasts until the next boot. A node that comes back enforcing denies what was only logged before; one \
      that is to be enforcing and has no policy does not boot at all.
      """,
    source: """
      /etc/selinux/config as libselinux reads it (first SELINUX= at the beginning of a line, no quotes; without one: \
      permissive), the policy in /etc/selinux/SELINUXTYPE/policy; selinux= and enforcing= in /proc/cmdline, which win. \
      SELINUX=disabled leaves a kernel from 6.4 on, and RHEL 9's, with SELinux but without a policy; selinux=0 switches \
      it off whole.
      """,
    confirm: "grep -n ^SELINUX /etc/selinux/config; tr ' ' '\\n' < /proc/cmdline | grep -E 'selinux|enforcing'",
    remedy: "sed -i.bak 's/^SELINUX=.*/SELINUX=permissive/' /etc/selinux/config",
    undo: "mv /etc/selinux/config.bak /etc/selinux/config", worst: .warning)
}
