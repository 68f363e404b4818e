import AgentCore

/// The checks of the modules plugin, in words.
enum ModulesChecks {
  static let all = [loaded, persistent]

  private static let loaded = CheckDefinition(
    ModuleLoadedJudge.check, title: "The kernel has the modules that pods, Services and volumes need",
    why: """
      Containers are mounted by overlay; a bridged pod network needs br_netfilter, kube-proxy needs nf_conntrack and, by \
      IPVS, ip_vs; volumes on NFS need nfs. The kernel loads most of them itself, br_netfilter never. An update that \
      removes the running kernel's modules leaves it unable to load any until a reboot.
      """,
    source: """
      /proc/modules, /sys/module, /proc/filesystems, /proc/sys/net; modules.builtin and modules.dep in \
      /lib/modules/RELEASE; modprobe.d. Which ones matter: the roles, /etc/cni/net.d, kube-ipvs0, mounts of NFS and \
      cluster.storage.nfs.
      """,
    confirm: "lsmod | grep -E 'overlay|br_netfilter|nf_conntrack|ip_vs|nfs'; modprobe -n -v br_netfilter",
    remedy: "modprobe br_netfilter", undo: "modprobe -r br_netfilter", subject: "module", worst: .failing)

  private static let persistent = CheckDefinition(
    ModulePersistenceJudge.check, title: "The modules that must be loaded by name are loaded at the next boot",
    why: "What modprobe loads is gone after a reboot: the node then comes back without a working pod network.",
    source: """
      modules-load.d in /etc, /run, /usr/local/lib and /usr/lib, merged as systemd-modules-load does: the first \
      directory wins for a file name; one name in a line, without parameters. /etc/modules counts only where a link in \
      modules-load.d leads to it. modules_load= on the kernel's command line; blacklist and install in modprobe.d.
      """,
    confirm: "grep -rn br_netfilter /etc/modules-load.d /usr/lib/modules-load.d /etc/modprobe.d",
    remedy: "echo br_netfilter >> /etc/modules-load.d/k8s.conf",
    undo: "sed -i '/^br_netfilter$/d' /etc/modules-load.d/k8s.conf", subject: "module", worst: .warning)
}
