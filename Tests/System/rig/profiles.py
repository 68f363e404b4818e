"""Turns a bare Debian into a master, a worker, a load balancer, a NAS or a machine about to join."""

from pathlib import Path
from string import Template

from rig import kubeadm
from rig.cluster import ClusterPlan, HostPlan
from rig.layer import Layer
from rig.paths import PAYLOAD
from rig.variant import VARIANTS

# As kubelet's and CRI-O's installation guides have it.
KUBERNETES_SYSCTL = ("net.bridge.bridge-nf-call-iptables = 1\nnet.bridge.bridge-nf-call-ip6tables = 1\n"
                     "net.ipv4.ip_forward = 1\n")
INOTIFY_SYSCTL = "fs.inotify.max_user_instances = 8192\nfs.inotify.max_user_watches = 524288\n"
SYSCTL_FILE = "/etc/sysctl.d/k8s.conf"


def build(layer: Layer, plan: ClusterPlan, host: HostPlan, tree: Path, certificates: Path) -> None:
  """Fills the layer of a host; `tree` is what it will be laid over."""
  _common(layer, plan, host)
  if host.kubernetes:
    _node_packages(layer, host, tree)
  if host.profile in ("master", "worker"):
    kubeadm.join(layer, plan, host, certificates)
    network(layer)
  if host.profile == "load-balancer":
    _load_balancer(layer, plan, host, "MASTER", 150)
  if host.profile == "nas":
    # The NAS holds the control-plane address when the load balancer is gone: one host, two planes.
    _load_balancer(layer, plan, host, "BACKUP", 100)
    layer.write("/etc/exports", "/mnt/server 192.168.100.0/24(rw,sync,no_subtree_check,no_root_squash)\n")
    # What exportfs writes when it has told the kernel; here no kernel serves it.
    layer.write("/var/lib/nfs/etab", "/mnt/server\t192.168.100.0/24(rw,sync,no_subtree_check,no_root_squash)\n")
    layer.directory("/mnt/server")
    layer.link("/usr/lib/rig/nfsd", "/bin/sleep")
    # In /etc, where the tree masks the package's unit.
    layer.write("/etc/systemd/system/nfs-server.service", (PAYLOAD / "units/nfs-server.service").read_text())
    layer.link("/etc/systemd/system/multi-user.target.wants/nfs-server.service",
               "/etc/systemd/system/nfs-server.service")


def _common(layer: Layer, plan: ClusterPlan, host: HostPlan) -> None:
  layer.write("/etc/hostname", host.name + "\n")
  lines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback"]
  layer.write("/etc/hosts", "\n".join(lines + [f"{each.address} {each.name}" for each in plan.hosts]) + "\n")


def _node_packages(layer: Layer, host: HostPlan, tree: Path) -> None:
  """What the packages cri-o, kubelet and kubeadm bring, with servers of our own behind their names."""
  for name in ("crio", "kubelet"):
    layer.write(f"/usr/bin/{name}", (PAYLOAD / name).read_text(), 0o755)
    layer.write(f"/usr/lib/systemd/system/{name}.service", (PAYLOAD / f"units/{name}.service").read_text())
    layer.enable(f"{name}.service")
  layer.write("/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf",
              (PAYLOAD / "units/10-kubeadm.conf").read_text())
  layer.write("/usr/lib/rig/stand_in.py", (PAYLOAD / "stand_in.py").read_text())
  layer.write("/usr/lib/rig/kubernetes-version", f"{host.kubernetes}\n")
  layer.write("/etc/default/kubelet", "KUBELET_EXTRA_ARGS=\n")
  layer.write("/etc/modules-load.d/k8s.conf", "overlay\nbr_netfilter\n")
  layer.write(SYSCTL_FILE, KUBERNETES_SYSCTL)
  layer.write("/etc/sysctl.d/inotify.conf", INOTIFY_SYSCTL)
  layer.directory("/var/lib/containers/storage")
  # CRI-O's package switches its example off by its name.
  layer.write("/etc/cni/net.d/10-crio-bridge.conflist.disabled", (PAYLOAD / "10-crio-bridge.conflist").read_text())
  processor = VARIANTS[host.variant].processor
  status = (tree / "var/lib/dpkg/status").read_text().rstrip("\n")
  layer.write("/var/lib/dpkg/status", f"{status}\n\n" + "\n".join(
    _package(name, f"{host.kubernetes}-1.1", processor.debian) for name in ("cri-o", "kubeadm", "kubelet")))


def network(layer: Layer) -> None:
  """What the pod of Calico that runs on every node leaves for the container runtime."""
  layer.write("/etc/cni/net.d/10-calico.conflist", (PAYLOAD / "10-calico.conflist").read_text(), 0o600)
  for name in ("calico", "calico-ipam", "bandwidth", "portmap", "bridge", "host-local", "loopback"):
    layer.write(f"/opt/cni/bin/{name}", "#!/bin/sh\n", 0o755)


def _package(name: str, version: str, architecture: str) -> str:
  return (f"Package: {name}\nStatus: install ok installed\nPriority: optional\nSection: admin\n"
          f"Maintainer: Kubernetes Authors <dev@kubernetes.io>\nArchitecture: {architecture}\nVersion: {version}\n"
          f"Description: {name} of Kubernetes\n")


def _load_balancer(layer: Layer, plan: ClusterPlan, host: HostPlan, state: str, priority: int) -> None:
  others = [each for each in plan.hosts if each.profile in ("load-balancer", "nas") and each != host]
  values = {
    "name": host.name, "address": host.address, "endpoint": plan.endpoint, "state": state, "priority": str(priority),
    "peers": "\n".join(f"    {each.address}" for each in others),
    "servers": "\n".join(f"  server {each.name} {each.address}:6443 check check-ssl verify none inter 1s"
                         for each in plan.masters)}
  for place in ("/etc/keepalived/keepalived.conf", "/etc/haproxy/haproxy.cfg"):
    layer.write(place, Template((PAYLOAD / Path(place).name).read_text()).substitute(values))
  # A backup listens on an address that it does not have yet.
  layer.write("/etc/sysctl.d/haproxy.conf", "net.ipv4.ip_nonlocal_bind = 1\n")
  layer.enable("keepalived.service")
  layer.enable("haproxy.service")
