import AgentCore

/// The checks of the machine, with their texts.
enum MachineChecks {
  static let all = [resources, identity, proxy, binaries]

  private static let resources = CheckDefinition(
    MachineResourcesJudge.check, title: "Enough memory and processors",
    why: """
      kubeadm refuses a control plane with fewer than 2 processors or less than 1700 MiB. With less the API server and \
      etcd fight for both, and on a worker little is left for pods.
      """,
    source: "MemTotal of /proc/meminfo and /sys/devices/system/cpu/online, against the limits of kubeadm's preflight",
    confirm: "nproc; grep MemTotal /proc/meminfo",
    remedy: "qm set VMID --cores 2 --memory 4096 && qm reboot VMID # on the Proxmox VE host of a virtual machine",
    undo: "Set the former numbers in the same way.", worst: .failing)

  private static let identity = CheckDefinition(
    NodeIdentityJudge.check, title: "The node's name and address",
    why: """
      A node is known by its name: after a reboot with another one the cluster sees a new node, and the old one stays \
      NotReady with its pods. A --node-ip that this host does not have keeps the node NotReady; one that moves to \
      another host takes the node's logs, exec and network with it.
      """,
    source: """
      /proc/sys/kernel/hostname, /etc/hostname, --hostname-override and --node-ip of the kubelet, /etc/hosts and \
      /etc/nsswitch.conf (no name server is asked), the addresses below /proc/net, keepalived.conf, kube-vip's manifest
      """,
    confirm: "hostnamectl; getent ahosts \"$(uname -n)\"; ip -brief address",
    remedy: "hostnamectl set-hostname NAME; echo 'ADDRESS NAME' >> /etc/hosts",
    undo: "hostnamectl set-hostname FORMER-NAME; remove the line from /etc/hosts", worst: .warning)

  private static let proxy = CheckDefinition(
    ProxyJudge.check, title: "HTTP proxies stay out of the cluster",
    why: """
      With a proxy and without NO_PROXY the kubelet asks the proxy for the API server: the node turns NotReady though \
      everything runs. In the runtime's environment the network plugins do the same, and no pod gets an address. \
      kubeadm copies the proxy of the shell that it runs in into the static pods.
      """,
    source: """
      The environment of kubelet.service, crio.service and containerd.service: DefaultEnvironment= of the manager, \
      Environment=, EnvironmentFile= and UnsetEnvironment= of units and drop-ins; env of the static pods' manifests. \
      NO_PROXY is read as Go programs read it: networks in CIDR notation count, patterns like 192.168.9.* do not. \
      /etc/environment is for logins only. A worker's files do not tell the networks of pods and Services.
      """,
    confirm: "systemctl show --property=Environment --property=EnvironmentFiles kubelet crio; "
      + "grep -A1 -i _proxy /etc/kubernetes/manifests/*.yaml",
    remedy: "systemctl edit kubelet   # [Service] Environment=NO_PROXY=ADDRESSES,NETWORKS,.svc,.cluster.local",
    undo:
      "rm /etc/systemd/system/kubelet.service.d/zz-no-proxy.conf; systemctl daemon-reload; systemctl restart kubelet",
    subject: "component", worst: .warning)

  private static let binaries = CheckDefinition(
    ProgramJudge.check, title: "Programs that Kubernetes calls are installed",
    why: """
      kubeadm refuses a node without iptables, and before 1.32 without conntrack. Without mount.nfs this host cannot \
      mount NFS; pods that wait for such a volume do not start.
      """,
    source: """
      The directories in the PATH of kubelet.service (systemd's own unless the unit sets one), /sbin for mount.nfs; \
      NFS is used where /proc/self/mountinfo shows a mount that is not a CSI driver's, or cluster.storage.nfs names one
      """,
    confirm: "command -v conntrack iptables nft; ls -l /sbin/mount.nfs",
    remedy: "apt-get install --yes conntrack iptables nfs-common   # dnf: conntrack-tools iptables-nft nfs-utils",
    undo: "Remove the package that was installed.", subject: "program", worst: .warning)
}
