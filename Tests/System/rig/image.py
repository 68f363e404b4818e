"""The disk of a virtual machine, made of a tree and the layer of one host; kept as long as neither changes."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from rig import initramfs, installed, pki, profiles, trees
from rig.cluster import ClusterPlan, HostPlan
from rig.layer import Layer
from rig.paths import IMAGES, PAYLOAD
from rig.variant import VARIANTS, Variant

RECIPE = 1  # raise it when what is made below changes
DISK_BYTES = 4 << 30  # sparse
UNITS = ("rig-door.service", "rig-network.service", "rig-time.service")
# Nothing but the merged tree is needed, and only here.
MERGE = """
set -e
layers=$1 merged=$2 disk=$3 copy=$4
mount -t overlay -o "ro,lowerdir=$layers" overlay "$merged"
if [ -n "$copy" ]; then
  cp -a "$merged" "$copy"
  chroot "$copy" setfiles -F -m /etc/selinux/default/contexts/files/file_contexts /
  merged=$copy
fi
mke2fs -q -t ext4 -O '^has_journal' -E lazy_itable_init=1,nodiscard -d "$merged" "$disk"
"""


def ensure(plan: ClusterPlan, host: HostPlan) -> Path:
  """The directory with the kernel, its first file system and the disk of a host; made unless it is there."""
  variant = VARIANTS[host.variant]
  tree = trees.ensure(variant.tree)
  certificates = pki.ensure(plan)
  IMAGES.mkdir(parents=True, exist_ok=True)
  with _lock(), tempfile.TemporaryDirectory(dir=IMAGES, prefix=".") as name:
    work = Path(name)
    layer = Layer(work / "layer")
    profiles.build(layer, plan, host, tree, certificates)
    _machine(layer, plan, host)
    # systemd knows them from the boot on, and need not read everything anew when the program comes.
    installed.units(layer)
    image = IMAGES / f"{host.name}-{_digest(tree, layer)}"
    if not image.is_dir():
      began = time.monotonic()
      _make(work, tree, layer, variant)
      _discard_old(host, keep=image)
      (work / "image").rename(image)
      print(f"rig: {image.name} made in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
  return image


def _machine(layer: Layer, plan: ClusterPlan, host: HostPlan) -> None:
  """What a host needs that is reached by a door and has its network inside itself."""
  machine = PAYLOAD / "machine"
  for unit in UNITS:
    layer.write(f"/usr/lib/systemd/system/{unit}", (machine / unit).read_text())
  layer.enable("rig-door.service", "sysinit.target")
  layer.enable("rig-network.service")
  layer.enable("rig-time.service")
  for name in ("door.py", "time_server.py"):
    layer.write(f"/usr/lib/rig/{name}", (machine / name).read_text())
  layer.write("/usr/lib/rig/network", (machine / "network").read_text(), 0o755)
  layer.write("/etc/rig/address", f"{host.address}/{plan.prefix_length}\n")
  layer.write("/etc/rig/gateway", f"{plan.gateway}/{plan.prefix_length}\n")
  layer.write("/etc/rig/endpoint", f"{plan.endpoint}/{plan.prefix_length}\n")
  # The kubelet makes it, and asks for these controllers below the root thereby.
  layer.write("/etc/systemd/system/kubepods.slice", "[Slice]\nCPUWeight=100\nAllowedCPUs=0-1\n")
  layer.link("/etc/systemd/system/multi-user.target.wants/kubepods.slice", "/etc/systemd/system/kubepods.slice")
  layer.write("/etc/systemd/timesyncd.conf.d/rig.conf", f"[Time]\nNTP={plan.gateway}\nFallbackNTP=\n")
  layer.write("/etc/machine-id", hashlib.sha256(host.name.encode()).hexdigest()[:32] + "\n")


def _digest(tree: Path, layer: Layer) -> str:
  parts = hashlib.sha256(f"{RECIPE} {tree.name}".encode())
  parts.update((PAYLOAD / "machine/init").read_bytes())
  for path in sorted(layer.root.rglob("*")):
    parts.update(f"\0{path.relative_to(layer.root)}\0{path.lstat().st_mode}\0".encode())
    if path.is_symlink():
      parts.update(os.readlink(path).encode())
    elif path.is_file():
      parts.update(path.read_bytes())
  return parts.hexdigest()[:16]


def _make(work: Path, tree: Path, layer: Layer, variant: Variant) -> None:
  image, merged = work / "image", work / "merged"
  image.mkdir()
  merged.mkdir()
  shutil.copy(tree / "boot/vmlinuz", image / "vmlinuz")
  initramfs.build(tree, image / "initramfs")
  with (image / "disk.raw").open("wb") as disk:
    disk.truncate(DISK_BYTES)
  copy = str(work / "labelled") if variant.has_labels else ""
  subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-c", MERGE, "sh", f"{layer.root}:{tree}",
                  str(merged), str(image / "disk.raw"), copy], check=True)


@contextmanager
def _lock():
  with (IMAGES / ".lock").open("w") as handle:
    fcntl.flock(handle, fcntl.LOCK_EX)
    yield


def _discard_old(host: HostPlan, keep: Path) -> None:
  """Removes images of earlier recipes unless a run that is alive uses them."""
  from rig.ledger import trees_in_use
  used = trees_in_use()
  for old in IMAGES.glob(f"{host.name}-*"):
    if old.is_dir() and old != keep and str(old) not in used:
      shutil.rmtree(old)
