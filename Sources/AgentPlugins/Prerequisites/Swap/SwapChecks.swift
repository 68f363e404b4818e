import AgentCore

/// The checks of the swap plugin with all their texts.
enum SwapChecks {
  static let policy: CheckID = "swap.policy"
  static let persistent: CheckID = "swap.persistent"

  static let all = [
    CheckDefinition(
      policy,
      title: "Swap and the kubelet agree",
      why: """
        With failSwapOn (the default) a kubelet that finds any swap area at its start exits, zram included. A running \
        one goes on until its next restart: the fault shows after an update or a reboot. Where swap is tolerated but \
        not configured, nobody decided which pods may swap.
        """,
      source: """
        /proc/swaps; failSwapOn, memorySwap.swapBehavior and featureGates.NodeSwap of the kubelet's effective \
        configuration (file, drop-ins, flags); the kubelet's version; /sys/fs/cgroup; /proc/sys/kernel/osrelease.
        """,
      confirm: "cat /proc/swaps; grep -nE 'failSwapOn|swapBehavior|NodeSwap' /var/lib/kubelet/config.yaml; "
        + "systemctl cat kubelet",
      remedy: "swapoff -a; sed -i.bak -E '/^[^#].*\\sswap\\s/s/^/#/' /etc/fstab; systemctl daemon-reload",
      undo: "cp /etc/fstab.bak /etc/fstab; systemctl daemon-reload; swapon -a",
      subject: "device", worst: .failing, atRisk: [.workloads]),
    CheckDefinition(
      persistent,
      title: "Swap is the same after a reboot",
      why: """
        swapoff lasts until the next boot. Then fstab, a unit, a GPT partition or a zram service turns swap on again, \
        and a kubelet with failSwapOn does not start: the node is gone after the next power cut.
        """,
      source: """
        /etc/fstab; *.swap units; GPT swap partitions (/run/udev/data, as systemd-gpt-auto-generator takes them); \
        zram-generator.conf; rpi-swap; dphys-swapfile; zram-tools; /proc/cmdline.
        """,
      confirm: "grep -n swap /etc/fstab; systemctl list-units --all --type=swap; "
        + "lsblk -o NAME,PARTTYPENAME,FSTYPE | grep -i swap",
      remedy: "sed -i.bak -E '/^[^#].*\\sswap\\s/s/^/#/' /etc/fstab; systemctl daemon-reload; "
        + "for a unit: systemctl mask NAME.swap; "
        + "for a GPT partition: sfdisk --part-attrs DISK NUMBER GUID:63",
      undo: "cp /etc/fstab.bak /etc/fstab; systemctl daemon-reload; for a unit: systemctl unmask NAME.swap; "
        + "for a GPT partition: sfdisk --part-attrs DISK NUMBER ''; for zram: rm the 99-off file",
      worst: .warning),
  ]
}
