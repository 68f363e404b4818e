"""The certificates of a cluster as `kubeadm init` and `kubeadm join` make them, by openssl, kept for some days."""

import base64
import hashlib
import json
import shutil
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rig.cluster import ClusterPlan, HostPlan
from rig.paths import PKI

CA_DAYS, LEAF_DAYS = 3650, 365
KEPT_SECONDS = 7 * 86400
RECIPE = 1  # raise it when what is made below changes
_CONFIGURATION = "[req]\ndistinguished_name = name\n[name]\n"


def ensure(plan: ClusterPlan) -> Path:
  """The directory with ca/ (shared) and one directory per node; made unless a fresh one is there."""
  nodes = [host for host in plan.hosts if host.profile in ("master", "worker")]
  key = json.dumps([RECIPE, plan.endpoint, [(host.name, host.address, host.profile, host.minor) for host in nodes]])
  made = PKI / hashlib.sha256(key.encode()).hexdigest()[:16]
  if made.is_dir() and time.time() - made.stat().st_mtime < KEPT_SECONDS:
    return made
  PKI.mkdir(parents=True, exist_ok=True)
  with tempfile.TemporaryDirectory(dir=PKI, prefix=".") as name:
    work = Path(name) / "pki"
    _make(plan, nodes, work)
    shutil.rmtree(made, ignore_errors=True)
    try:
      work.rename(made)
    except OSError:
      if not made.is_dir():  # else another run was quicker, and its files are as good
        raise
  return made


def _make(plan: ClusterPlan, nodes: list[HostPlan], work: Path) -> None:
  ca = work / "ca"
  (ca / "etcd").mkdir(parents=True)
  for name, common_name in (("ca", "kubernetes"), ("etcd/ca", "etcd-ca"), ("front-proxy-ca", "front-proxy-ca")):
    _authority(ca / name, common_name)
  _openssl("genrsa", "-out", ca / "sa.key", "2048")
  _openssl("rsa", "-in", ca / "sa.key", "-pubout", "-out", ca / "sa.pub")
  with ThreadPoolExecutor(4) as pool:
    list(pool.map(lambda leaf: _leaf(ca, *leaf), [leaf for host in nodes for leaf in _leaves(plan, host, work)]))


def _leaves(plan: ClusterPlan, host: HostPlan, work: Path):
  """(file, authority, subject, usage, names) of every leaf certificate of a node."""
  here = work / host.name
  (here / "etcd").mkdir(parents=True)
  yield here / "kubelet-client", "ca", f"/O=system:nodes/CN=system:node:{host.name}", "clientAuth", ""
  yield here / "kubelet", "ca", f"/CN={host.name}@1732158000", "serverAuth", f"DNS:{host.name}"
  if host.profile != "master":
    return
  # From 1.29 on admin.conf is an ordinary administrator, and super-admin.conf of the first master is the old one.
  admins = "kubeadm:cluster-admins" if host.minor >= 29 else "system:masters"
  own = f"DNS:{host.name},IP:{host.address}"
  names = (f"DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,"
           f"DNS:kubernetes.default.svc.cluster.local,{own},IP:10.96.0.1,IP:{plan.endpoint}")
  etcd = f"{own},DNS:localhost,IP:127.0.0.1,IP:::1"
  yield here / "apiserver", "ca", "/CN=kube-apiserver", "serverAuth", names
  yield here / "apiserver-kubelet-client", "ca", f"/O={admins}/CN=kube-apiserver-kubelet-client", "clientAuth", ""
  yield here / "apiserver-etcd-client", "etcd/ca", "/CN=kube-apiserver-etcd-client", "clientAuth", ""
  yield here / "front-proxy-client", "front-proxy-ca", "/CN=front-proxy-client", "clientAuth", ""
  yield here / "etcd/server", "etcd/ca", f"/CN={host.name}", "serverAuth,clientAuth", etcd
  yield here / "etcd/peer", "etcd/ca", f"/CN={host.name}", "serverAuth,clientAuth", etcd
  yield here / "etcd/healthcheck-client", "etcd/ca", "/CN=kube-etcd-healthcheck-client", "clientAuth", ""
  yield here / "admin", "ca", f"/O={admins}/CN=kubernetes-admin", "clientAuth", ""
  yield here / "super-admin", "ca", "/O=system:masters/CN=kubernetes-super-admin", "clientAuth", ""
  yield here / "controller-manager", "ca", "/CN=system:kube-controller-manager", "clientAuth", ""
  yield here / "scheduler", "ca", "/CN=system:kube-scheduler", "clientAuth", ""


def _authority(file: Path, common_name: str) -> None:
  _openssl("req", "-x509", "-config", "-", "-newkey", "rsa:2048", "-noenc", "-subj", f"/CN={common_name}",
           "-days", CA_DAYS, "-keyout", f"{file}.key", "-out", f"{file}.crt",
           "-addext", "basicConstraints=critical,CA:TRUE",
           "-addext", "keyUsage=critical,digitalSignature,keyEncipherment,keyCertSign",
           "-addext", f"subjectAltName=DNS:{common_name}")


def _leaf(ca: Path, file: Path, authority: str, subject: str, usage: str, names: str) -> None:
  alternative = ["-addext", f"subjectAltName={names}"] if names else []
  _openssl("req", "-x509", "-config", "-", "-newkey", "rsa:2048", "-noenc", "-subj", subject,
           "-CA", ca / f"{authority}.crt", "-CAkey", ca / f"{authority}.key",
           "-days", LEAF_DAYS, "-keyout", f"{file}.key", "-out", f"{file}.crt",
           "-addext", "basicConstraints=critical,CA:FALSE",
           "-addext", "keyUsage=critical,digitalSignature,keyEncipherment",
           "-addext", f"extendedKeyUsage={usage}", *alternative)


def _openssl(*arguments) -> None:
  result = subprocess.run(["openssl", *map(str, arguments)], input=_CONFIGURATION, capture_output=True, text=True)
  if result.returncode != 0:
    raise RuntimeError(f"openssl {arguments[0]}: {result.stderr.strip()}")


def inline(file: Path) -> str:
  """A file as kubeconfigs carry it."""
  return base64.b64encode(file.read_bytes()).decode()
