/// The complete configurations that `nodeagent config example` prints, one for each kind of cluster.
///
/// As in sshd_config(5): `# words` explain, `#key: value` is a setting that needs something made first.
enum ConfigurationExample: String, CaseIterable {
  /// Bare metal of two architectures: Keepalived and HAProxy outside the cluster, MetalLB, NFS, FRP.
  case hybrid
  /// Virtual machines with kube-vip on the masters.
  case proxmox

  /// The file, YAML with a line feed at its end.
  var text: String {
    switch self {
    case .hybrid: Self.hybridText
    case .proxmox: Self.proxmoxText
    }
  }

  private static let hybridText = """
    # NodeAgent for a self-hosted cluster on bare metal, x86_64 masters and Raspberry Pi workers:
    # Keepalived and HAProxy on hosts outside the cluster, MetalLB, ingress-nginx, one NFS server, FRP.
    #
    # Copy to /etc/nodeagent/nodeagent.yaml, the same file on every host, and replace the addresses and names.
    # Every key may be left out: it is then detected on the host, or has the default that is told here.
    # Delete the # of a line like "#kubeconfig:" to use it; such settings need something made first.
    # Check it with: nodeagent config check FILE      Load it with: systemctl reload nodeagent

    # What this host is for. auto finds it in the host's files, so that one file serves all hosts; or one or several of
    # [control-plane, worker, load-balancer, storage].
    role: auto

    # Where the metrics are served: HOST:PORT, several allowed; [::]:19100 for IPv6. Default: 0.0.0.0:19100.
    listen: ["0.0.0.0:19100"]

    # Who may read /status: local (over loopback, the default) or public. It shows mounts and host names.
    status: local

    cluster:
      controlPlane:
        # What kubectl and the kubelets talk to: the virtual address that Keepalived moves, and HAProxy's port.
        endpoint: 192.168.100.230:6443

        # A read-only identity for probing the API servers, which no check does yet.
        # admin.conf and super-admin.conf are refused: they may do everything.
        #kubeconfig: /etc/nodeagent/probe.kubeconfig

        # What moves the virtual address: auto (the default), keepalived, kube-vip or none.
        manager: keepalived

        # Each API server directly: what no pool and no network of pods may cover, and names in reports.
        members:
          - 192.168.100.231:6443   # n100-001
          - 192.168.100.232:6443   # n100-002
          - 192.168.100.233:6443   # n100-003

      serviceAddresses:
        # What MetalLB may give away: FIRST-LAST or a network. Keep it outside the range of the DHCP server.
        pools: ["192.168.100.240-192.168.100.254"]

        # Addresses of Services besides the ingress that somebody must answer for.
        inUse: [192.168.100.241]

        # The ingress controller's Service: some node must answer for its address. ports (80 and 443 when left out) and
        # hosts are not asked yet.
        ingress:
          address: 192.168.100.240
          ports: [80, 443]
          hosts: [apps.example.org]

      storage:
        # NFS exports that the cluster needs, watched also while nothing on this host has them mounted.
        nfs:
          - server: 192.168.100.171   # nas-001
            export: /mnt/server

      # What leads in from the Internet; no check asks it yet.
      tunnel:
        # The FRP server that forwards from the Internet: its public address and bindPort.
        server: 161.132.4.98:7000

        # The FRP client's admin API (webServer in frpc.toml), where this host can reach it: not while frpc runs in a pod
        # and listens on that pod's loopback. The password stands alone in a file that only nodeagent can read.
        #admin: {url: "http://127.0.0.1:7400", user: admin, passwordFile: /etc/nodeagent/frpc.password}

        # Names that must answer from the Internet with the certificate that the ingress shows inside.
        publicHosts: [apps.example.org]

    # Per check (nodeagent checks lists them): enabled, hold and clear (how long a worse or better state must last, in
    # rounds or as 30s), and what some checks can be told besides.
    checks:
      # Swap on these hosts: none, configured (the default: swap is well where the kubelet is set up for it) or any.
      swap.policy: {enabled: true, expect: none, hold: 0, clear: 0}
      # Kernel parameters that this cluster needs besides those that Kubernetes needs.
      sysctl.values: {expect: {net.ipv4.ip_forward: 1}}
      # Whether Keepalived's adverts (VRRP) are listened for, which shows two masters at once: false (the default) or
      # true. It needs CAP_NET_RAW, sends nothing, and costs a little of every packet of the interface.
      vip.configuration: {adverts: false}
      # From which time to its answer an NFS server counts as slow.
      nfs.server: {slow: 500ms}
      # How often a child looks at every mount of NFS although nothing is in doubt.
      nfs.responding: {deepProbe: 5m}
      # The free share in percent below which an export is a warning, and failing.
      nfs.space: {warning: 10, failing: 1}
      # The same of directories for which the kubelet has no threshold: /, /var/lib/etcd and what is exported.
      disk.space: {warning: 10, failing: 5}
      disk.inodes: {warning: 10, failing: 5}

    # Per plugin (the part of a check's name before the dot): how often it looks, and how long a look may take.
    plugins:
      swap: {interval: 5m, timeout: 2s}
      nfs: {interval: 5s, timeout: 5s}

    """

  private static let proxmoxText = """
    # NodeAgent for a cluster of virtual machines on Proxmox VE, built by kubeadm: three masters, three workers,
    # kube-vip as a static pod on each master, CRI-O, Calico, etcd on the masters.
    #
    # Copy to /etc/nodeagent/nodeagent.yaml, the same file on every machine, and replace the addresses.
    # Every key may be left out: it is then detected on the machine, or has the default that is told here.
    # Delete the # of a line like "#kubeconfig:" to use it; such settings need something made first.
    # Check it with: nodeagent config check FILE      Load it with: systemctl reload nodeagent

    # What this machine is for. auto finds it in the machine's files; or one or several of
    # [control-plane, worker, load-balancer, storage].
    role: auto

    # Where the metrics are served: HOST:PORT, several allowed; [::]:19100 for IPv6. Default: 0.0.0.0:19100.
    listen: ["0.0.0.0:19100"]

    # Who may read /status: local (over loopback, the default) or public.
    status: local

    cluster:
      controlPlane:
        # kubeadm's --control-plane-endpoint: the address in kube-vip's manifest (its variable "address") and its port.
        endpoint: 192.168.9.120:6443

        # A read-only identity for probing the API servers, which no check does yet.
        # admin.conf and super-admin.conf are refused: they may do everything.
        #kubeconfig: /etc/nodeagent/probe.kubeconfig

        # What moves that address: auto (the default), keepalived, kube-vip or none.
        manager: kube-vip

        # Each API server directly: what no pool and no network of pods may cover, and names in reports.
        members:
          - 192.168.9.121:6443   # k-master-1
          - 192.168.9.122:6443   # k-master-2
          - 192.168.9.123:6443   # k-master-3

      # This cluster has no load balancer for Services, no NFS and no tunnel, so nothing is watched there. With them:
      #serviceAddresses:
      #  pools: ["192.168.9.200-192.168.9.220"]
      #  inUse: [192.168.9.201]
      #  ingress: {address: 192.168.9.200, ports: [80, 443], hosts: [apps.example.org]}
      #storage:
      #  nfs: [{server: 192.168.9.10, export: /srv/cluster}]
      #tunnel:
      #  server: 203.0.113.10:7000
      #  admin: {url: "http://127.0.0.1:7400", user: admin, passwordFile: /etc/nodeagent/frpc.password}
      #  publicHosts: [apps.example.org]

    # Per check (nodeagent checks lists them): enabled, hold and clear (how long a worse or better state must last, in
    # rounds or as 30s), and what some checks can be told besides.
    checks:
      # Swap: none (as the playbooks set it), configured (the default: well where the kubelet is set up for it) or any.
      swap.policy: {enabled: true, expect: none, hold: 0, clear: 0}
      # SELinux as the playbooks set it: disabled, permissive or enforcing. Without expect the mode is only reported.
      selinux.mode: {expect: permissive}
      # Kernel parameters that this cluster needs besides those that Kubernetes needs.
      sysctl.values: {expect: {net.ipv4.ip_forward: 1}}

    # Per plugin (the part of a check's name before the dot): how often it looks, and how long a look may take.
    plugins:
      swap: {interval: 5m, timeout: 2s}

    """
}
