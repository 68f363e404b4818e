import AgentCore

/// The checks of control groups, with their texts.
enum CgroupsChecks {
  static let all = [version, memory]

  private static let version = CheckDefinition(
    "cgroups.version", title: "Control groups are version 2, with the controllers that pods need",
    why: """
      The kubelet limits every pod by control groups. From 1.35 on it does not start on version 1 unless failCgroupV1 \
      is false; without cpu, cpuset and pids it does not start on version 2 either.
      """,
    source: "/sys/fs/cgroup/cgroup.controllers and cgroup.subtree_control; failCgroupV1 of the kubelet",
    confirm: "stat -fc %T /sys/fs/cgroup; cat /sys/fs/cgroup/cgroup.controllers /sys/fs/cgroup/cgroup.subtree_control",
    remedy: "boot with systemd.unified_cgroup_hierarchy=1 on the kernel's command line",
    undo: "mv /etc/default/grub.bak /etc/default/grub; update-grub; reboot", worst: .failing, lost: [.workloads])

  private static let memory = CheckDefinition(
    "cgroups.memory", title: "The memory controller is on, now and after a reboot",
    why: """
      Without it the kubelet does not start. A Raspberry Pi's firmware switches it off unless cmdline.txt says \
      otherwise.
      """,
    source: "/sys/fs/cgroup/cgroup.controllers, /proc/cmdline, cmdline.txt of a Raspberry Pi, /etc/default/grub",
    confirm: "cat /sys/fs/cgroup/cgroup.controllers; tr ' ' '\\n' < /proc/cmdline | grep cgroup",
    remedy: "sed -i.bak '1s/$/ cgroup_enable=memory cgroup_memory=1/' /boot/firmware/cmdline.txt; reboot",
    undo: "mv /boot/firmware/cmdline.txt.bak /boot/firmware/cmdline.txt; reboot", worst: .failing, lost: [.workloads])
}
