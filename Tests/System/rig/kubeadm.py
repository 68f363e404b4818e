"""The files that kubeadm leaves on a node, as each version of Kubernetes writes them."""

from pathlib import Path
from string import Template

from rig import pki
from rig.cluster import ClusterPlan, HostPlan
from rig.layer import Layer
from rig.paths import PAYLOAD

KUBELET_CERTIFICATE = "kubelet-client-2026-01-05-10-00-00.pem"
MANIFESTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")


def join(layer: Layer, plan: ClusterPlan, host: HostPlan, certificates: Path) -> None:
  """What every node has after `kubeadm join` (or `init`): the kubelet's files, and the master's on a master."""
  own, shared = certificates / host.name, certificates / "ca"
  layer.directory("/var/lib/kubelet", 0o700)
  layer.write("/var/lib/kubelet/config.yaml", (PAYLOAD / "kubelet.yaml").read_text())
  layer.write("/var/lib/kubelet/kubeadm-flags.env", kubelet_flags(host.minor))
  layer.directory("/var/lib/kubelet/pki")
  pair = (own / "kubelet-client.crt").read_bytes() + (own / "kubelet-client.key").read_bytes()
  layer.write(f"/var/lib/kubelet/pki/{KUBELET_CERTIFICATE}", pair, 0o600)
  layer.link("/var/lib/kubelet/pki/kubelet-client-current.pem", f"/var/lib/kubelet/pki/{KUBELET_CERTIFICATE}")
  layer.write("/var/lib/kubelet/pki/kubelet.crt", (own / "kubelet.crt").read_bytes())
  layer.write("/var/lib/kubelet/pki/kubelet.key", (own / "kubelet.key").read_bytes(), 0o600)
  layer.write("/etc/kubernetes/pki/ca.crt", (shared / "ca.crt").read_bytes())
  current = "/var/lib/kubelet/pki/kubelet-client-current.pem"
  identity = f"    client-certificate: {current}\n    client-key: {current}\n"
  layer.write("/etc/kubernetes/kubelet.conf",
              kubeconfig(server(plan, host, "kubelet"), shared, kubelet_user(host), identity), 0o600)
  layer.directory("/etc/kubernetes/manifests", 0o700)
  if host.profile == "master":
    _master(layer, plan, host, own, shared)


def _master(layer: Layer, plan: ClusterPlan, host: HostPlan, own: Path, shared: Path) -> None:
  for directory in (shared, own):
    for file in sorted(directory.rglob("*.*")):
      place = str(file.relative_to(directory))
      if _belongs_to_pki(place):
        mode = 0o600 if place.endswith(".key") else 0o644
        layer.write(f"/etc/kubernetes/pki/{place}", file.read_bytes(), mode)
  users = {"admin": "kubernetes-admin", "controller-manager": "system:kube-controller-manager",
           "scheduler": "system:kube-scheduler"}
  if host.first_master and host.minor >= 29:
    users["super-admin"] = "kubernetes-super-admin"
  for name, user in users.items():
    identity = (f"    client-certificate-data: {pki.inline(own / f'{name}.crt')}\n"
                f"    client-key-data: {pki.inline(own / f'{name}.key')}\n")
    layer.write(f"/etc/kubernetes/{name}.conf", kubeconfig(server(plan, host, name), shared, user, identity), 0o600)
  values = {"name": host.name, "address": host.address, "kubernetes": host.kubernetes,
            "initial_cluster": initial_cluster(plan, host)}
  for name in MANIFESTS:
    text = Template((PAYLOAD / "manifests" / f"{name}.yaml").read_text()).substitute(values)
    layer.write(f"/etc/kubernetes/manifests/{name}.yaml", text, 0o600)
  layer.directory("/var/lib/etcd", 0o700)


def _belongs_to_pki(place: str) -> bool:
  in_kubeconfigs = ("admin.", "super-admin.", "controller-manager.", "scheduler.", "kubelet.", "kubelet-client.")
  return not place.startswith(in_kubeconfigs)


def initial_cluster(plan: ClusterPlan, host: HostPlan) -> str:
  """--initial-cluster: on each master itself and those that were members when it joined."""
  joined = plan.masters[:plan.masters.index(host) + 1]
  return ",".join(f"{master.name}=https://{master.address}:2380" for master in joined)


def kubelet_flags(minor: int) -> str:
  """kubeadm-flags.env: the runtime's socket is a flag up to 1.33 and comes by instance-config.yaml from 1.34 on."""
  words = ["--pod-infra-container-image=registry.k8s.io/pause:3.10"]
  if minor <= 33:
    words.insert(0, "--container-runtime-endpoint=unix:///var/run/crio/crio.sock")
  return f'KUBELET_KUBEADM_ARGS="{" ".join(words)}"\n'


def server(plan: ClusterPlan, host: HostPlan, name: str) -> str:
  """The address that a kubeconfig names: the endpoint, or the API server of the same master."""
  local = name in ("controller-manager", "scheduler") or (name == "kubelet" and host.minor >= 33)
  address = host.address if local and host.profile == "master" else plan.endpoint
  return f"https://{address}:6443"


def kubelet_user(host: HostPlan) -> str:
  """The user in kubelet.conf: a kubelet that joined with a token keeps the name that the TLS bootstrap gives."""
  return f"system:node:{host.name}" if host.first_master else "default-auth"


def kubeconfig(address: str, shared: Path, user: str, identity: str) -> str:
  """A kubeconfig with one cluster, one user and the context that joins them."""
  cluster, context = ("default-cluster", "default-context") if user == "default-auth" else (
    "kubernetes", f"{user}@kubernetes")
  return (f"apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: {pki.inline(shared / 'ca.crt')}\n"
          f"    server: {address}\n  name: {cluster}\ncontexts:\n- context:\n    cluster: {cluster}\n    user: {user}\n"
          f"  name: {context}\ncurrent-context: {context}\nkind: Config\npreferences: {{}}\nusers:\n- name: {user}\n"
          f"  user:\n{identity}")
