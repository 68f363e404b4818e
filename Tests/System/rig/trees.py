"""Builds the file trees that hosts boot from and the one that has the emulator, keyed by a hash of their recipe."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from rig.paths import PACKAGES, TREES

SUITES = ("bookworm", "trixie")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# The tree whose programs are used on one whose own do not run here.
TOOLS = "machine"
DEFAULT_MIRROR = "http://deb.debian.org/debian"

INCLUDE = (
  # the host itself
  "systemd", "systemd-sysv", "dbus", "iproute2", "procps", "util-linux", "nftables",
  # what the agent's binary links
  "libsystemd0", "libnl-3-200", "libnl-route-3-200", "libyaml-0-2", "zlib1g", "libstdc++6", "libgcc-s1", "libcrypt1",
  # the parts of a cluster that Debian has; the others are small servers written in Python
  "keepalived", "haproxy", "nfs-kernel-server", "nfs-common", "conntrack", "python3", "python3-yaml",
)

# Units that have no work in a namespace, or that would look for the network, hardware or a terminal.
MASKED = [
  "apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer", "e2scrub_reap.service",
  "fstrim.timer", "logrotate.timer", "man-db.timer", "systemd-tmpfiles-clean.timer",
  "console-getty.service", "getty.target", "systemd-firstboot.service", "systemd-random-seed.service",
  "systemd-udevd.service", "systemd-udevd-control.socket", "systemd-udevd-kernel.socket",
  "systemd-udev-trigger.service",
  "systemd-modules-load.service", "systemd-binfmt.service", "proc-sys-fs-binfmt_misc.automount",
  "systemd-network-generator.service", "systemd-pcrphase.service", "systemd-pstore.service", "modprobe@.service",
  "systemd-journal-catalog-update.service", "systemd-update-done.service", "ldconfig.service",
  "dev-hugepages.mount", "dev-mqueue.mount", "sys-kernel-debug.mount", "sys-kernel-tracing.mount",
  "sys-fs-fuse-connections.mount", "sys-kernel-config.mount", "systemd-ask-password-console.path",
  "systemd-ask-password-wall.path", "systemd-remount-fs.service", "systemd-homed.service",
  # no NFS in a namespace: the kernel may lack it and the portmapper would listen for nothing
  "rpcbind.service", "rpcbind.socket", "nfs-blkmap.service", "rpc-statd.service", "rpc-gssd.service",
  "nfs-server.service", "nfs-mountd.service", "nfs-idmapd.service", "nfsdcld.service", "proc-fs-nfsd.mount",
  "var-lib-nfs-rpc_pipefs.mount", "run-rpc_pipefs.mount",
]
DISABLED = ["keepalived.service", "haproxy.service", "nfs-client.target", "remote-fs.target", "e2scrub_reap.service"]
GENERATORS = ["systemd-gpt-auto-generator", "systemd-cryptsetup-generator", "systemd-hibernate-resume-generator",
              "systemd-ssh-generator", "systemd-tpm2-generator", "systemd-bless-boot-generator",
              "systemd-integritysetup-generator", "systemd-veritysetup-generator", "nfs-server-generator",
              "rpc-pipefs-generator"]


@dataclass(frozen=True)
class Recipe:
  """Everything that decides what a tree contains; a change of it makes a new tree."""

  suite: str
  include: tuple[str, ...]
  finish: str
  options: tuple[str, ...]

  def digest(self) -> str:
    return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]


# Whether the programs of the tree run here.
ACCOUNTS = {
  True: ('chroot "$root" useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin nodeagent',),
  False: (
    'for name in passwd group; do cp "$root/usr/share/base-passwd/$name.master" "$root/etc/$name"; done',
    'echo "u nodeagent - - /nonexistent /usr/sbin/nologin" > "$root/usr/lib/sysusers.d/nodeagent.conf"',
    'systemd-sysusers --root="$root"'),
}
LIBRARIES = {True: 'chroot "$root" ldconfig; ', False: ""}


def _finish(masked: list[str], removed: list[str], *more: str, runs_here: bool = True) -> str:
  """A shell script with the tree as $1, run after the packages are configured."""
  return "\n".join([
    "set -e",
    'root="$1"',
    *ACCOUNTS[runs_here],
    f'systemctl --root="$root" mask --quiet {" ".join(masked)}',
    f'for unit in {" ".join(DISABLED)}; do systemctl --root="$root" disable --quiet "$unit" 2>/dev/null || true; done',
    'systemctl --root="$root" set-default --quiet multi-user.target',
    f'for name in {" ".join(removed)}; do rm -f "$root/usr/lib/systemd/system-generators/$name"; done',
    ': > "$root/etc/fstab"; : > "$root/etc/machine-id"; rm -f "$root/etc/resolv.conf"',
    'mkdir -p "$root/etc/systemd/journald.conf.d"',
    'printf "[Journal]\\nStorage=volatile\\nAudit=no\\nForwardToSyslog=no\\n"'
    ' > "$root/etc/systemd/journald.conf.d/rig.conf"',
    f'{LIBRARIES[runs_here]}touch "$root/etc/.updated" "$root/var/.updated"',
    *more,
  ])


def _options(*excluded: str, kind: tuple[str, ...] = ("--variant=minbase",)) -> tuple[str, ...]:
  return (
    "--mode=root", *kind,
    '--aptopt=Acquire::Languages "none"', '--aptopt=APT::Install-Recommends "false"', '--aptopt=Acquire::Retries "3"',
    "--dpkgopt=force-unsafe-io",
    *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale", "info", "bash-completion")),
    *(f"--dpkgopt=path-exclude={name}" for name in excluded),
    "--skip=cleanup/apt/cache,download/empty,check/empty",
  )


# The kernel is unpacked, not installed: nothing here makes an initramfs or a boot loader of it.
DEPMOD = {
  True: 'chroot "$root" depmod',
  False: 'mount --bind "$root" "$RIG_TOOLS/mnt"; chroot "$RIG_TOOLS" depmod --basedir /mnt',
}


def _kernel(architecture: str, runs_here: bool = True) -> tuple[str, ...]:
  return (
    'cache="$root/var/cache/apt/archives"; export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"',
    f'kernel=$(apt-cache depends --important linux-image-cloud-{architecture}'
    ' | sed -n "s/^ *Depends: \\(linux-image-.*\\)/\\1/p" | head -n 1)',
    'cd "$cache"; ls "$kernel"_*.deb >/dev/null 2>&1 || apt-get download --quiet "$kernel"',
    'dpkg-deb --extract "$kernel"_*.deb "$root/.kernel"',
    'mv "$root"/.kernel/boot/vmlinuz-* "$root/boot/vmlinuz"',
    'mkdir -p "$root/usr/lib/modules"',
    'find "$root/.kernel" -path "*/lib/modules/*" -prune -exec mv -t "$root/usr/lib/modules" {} +',
    f'rm -r "$root/.kernel"; {DEPMOD[runs_here]} "$(ls "$root/usr/lib/modules")"',
  )


# What a host with a kernel of its own has besides; the last three make disks that fill up, fail or mirror each other.
OWN_KERNEL = ("kmod", "udev", "systemd-timesyncd", "busybox-static", "e2fsprogs", "dmsetup", "mdadm")
WITH_OWN_KERNEL = {
  "systemd-udevd.service", "systemd-udevd-control.socket", "systemd-udevd-kernel.socket",
  "systemd-udev-trigger.service", "systemd-modules-load.service", "systemd-remount-fs.service", "modprobe@.service",
  "rpcbind.service", "rpcbind.socket", "nfs-server.service", "nfs-mountd.service", "nfs-idmapd.service",
  "nfsdcld.service", "rpc-statd.service", "proc-fs-nfsd.mount", "run-rpc_pipefs.mount",
  "var-lib-nfs-rpc_pipefs.mount"}
# They run at each boot and each daemon-reload, find nothing, and are slow on an emulated processor.
IDLE_GENERATORS = [f"systemd-{name}-generator" for name in (
  "debug", "getty", "rc-local", "run", "system-update", "sysv")]
IDLE_UNITS = ["systemd-hwdb-update.service", "systemd-hibernate-clear.service", "systemd-pcrmachine.service",
              "systemd-tpm2-setup-early.service", "systemd-tpm2-setup.service",
              "systemd-udev-load-credentials.service", "mdcheck_start.timer", "mdcheck_continue.timer",
              "mdmonitor-oneshot.timer", "mdmonitor.service"]
# Asleep until a test starts them.
RESTING = ("rpcbind.service", "rpcbind.socket", "nfs-server.service")


def _unpacked(architecture: str, packages: tuple[str, ...]) -> tuple[str, ...]:
  """What dpkg and the scripts of packages that are only unpacked would have made.

  Without a word in dpkg's own files they would not be there for a package that is installed later and needs them. Of
  what lies in the cache, which may be older, apt tells what was meant.
  """
  wanted = " ".join(f"'{name}'" for name in packages)
  return (
    'rmdir "$root/var/run" "$root/var/lock"; ln -s ../run "$root/var/run"; ln -s ../run/lock "$root/var/lock"',
    'systemctl --root="$root" enable --quiet systemd-timesyncd.service',
    'export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"; dpkg="$root/var/lib/dpkg"',
    'mkdir -p "$dpkg/info"; echo 1 > "$dpkg/info/format"',
    f'for stem in $(apt-get --simulate install {wanted}'
    ' | sed -n "s/^Inst \\([^ :]*\\)[^(]*(\\([^ ]*\\).*/\\1_\\2_/p" | sed "s/:/%3a/"); do',
    '  deb=$(ls "$root/var/cache/apt/archives/$stem"*.deb); name=${stem%%_*}',
    f'  [ "$(dpkg-deb -f "$deb" Multi-Arch)" != same ] || name=$name:{architecture}',
    '  dpkg-deb -f "$deb" | sed "1a Status: install ok installed" >> "$dpkg/status"; echo >> "$dpkg/status"',
    '  dpkg-deb --fsys-tarfile "$deb" | tar -t | sed "s,^[.],,; s,/$,,; s,^$,/.," > "$dpkg/info/$name.list"',
    'done',
  )


def _machine(*more: str, architecture: str = "amd64") -> Recipe:
  runs_here = architecture == "amd64"
  # Packages of another processor are unpacked only: their own scripts do not run here, and a host needs few of them.
  kind = ("--variant=minbase",) if runs_here else ("--variant=extract", f"--architectures={architecture}")
  packages = (*INCLUDE, *OWN_KERNEL, *more)
  return Recipe("trixie", packages, _finish(
    [unit for unit in MASKED if unit not in WITH_OWN_KERNEL] + IDLE_UNITS,
    [name for name in GENERATORS if name not in ("nfs-server-generator", "rpc-pipefs-generator")] + IDLE_GENERATORS,
    # What is only unpacked has nothing enabled.
    *([f'systemctl --root="$root" disable --quiet {" ".join(RESTING)}'] if runs_here
      else _unpacked(architecture, packages)),
    *_kernel(architecture, runs_here), runs_here=runs_here),
    # Names of hardware, which the machine has none of; half of udev, and minutes of an emulated processor.
    _options("/usr/lib/udev/hwdb.d/*", kind=kind))


RECIPES = {
  # bookworm has systemd 252, the oldest supported; trixie has 257.
  **{suite: Recipe(suite, INCLUDE, _finish(MASKED, GENERATORS), _options()) for suite in SUITES},
  "machine": _machine(),
  "machine-selinux": _machine("selinux-basics", "selinux-policy-default", "policycoreutils", "selinux-utils"),
  # With what installs packages and makes users there.
  "machine-arm64": _machine("?essential", "apt", "passwd", architecture="arm64"),
  # bookworm's QEMU 7.2 panics a guest whose emulated processor has all it can have.
  "emulator": Recipe("trixie", ("qemu-system-x86", "qemu-utils"), "true", _options()),
  "emulator-arm64": Recipe("trixie", ("qemu-system-arm", "qemu-utils"), "true", _options()),
}


def path(name: str) -> Path:
  """The directory of the tree that today's recipe describes, built or not."""
  return TREES / f"{name}-{RECIPES[name].digest()}"


def missing(*names: str) -> list[str]:
  """Which of these trees, of those of the namespaces unless given, are not built yet."""
  return [name for name in names or SUITES if not path(name).is_dir()]


def ensure(name: str) -> Path:
  """Builds a tree unless it is there; a second run that wants the same tree waits for the first."""
  tree = path(name)
  if tree.is_dir():
    return tree
  if "RIG_TOOLS" in RECIPES[name].finish:
    ensure(TOOLS)
  with _lock():
    if not tree.is_dir():
      _build(name, tree)
  return tree


def _build(name: str, tree: Path) -> None:
  recipe = RECIPES[name]
  TREES.mkdir(parents=True, exist_ok=True)
  cache = PACKAGES / name
  cache.mkdir(parents=True, exist_ok=True)
  _discard_leftovers(name)
  began = time.monotonic()
  print(f"rig: building {tree.name} …", file=sys.stderr, flush=True)
  work = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=TREES))
  finish = work / "finish"
  finish.write_text("#!/bin/sh\n" + recipe.finish + "\n")
  finish.chmod(0o755)
  archives = '"$1"/var/cache/apt/archives'
  hook = "extract" if "--variant=extract" in recipe.options else "customize"
  command = [
    # Mounts and processes of an interrupted build end with these namespaces, and they with this process.
    "setpriv", "--pdeathsig", "KILL", "--",
    "unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc", "--",
    "mmdebstrap", *recipe.options, "--include=" + ",".join(recipe.include),
    f'--setup-hook=mkdir -p {archives}; find "{cache}" -name "*.deb" -exec cp -t {archives} {{}} +',
    f"--{hook}-hook={finish}",
    f'--{hook}-hook=cp -u -t "{cache}" {archives}/*.deb; rm -f {archives}/*.deb',
    recipe.suite, str(work / "root"), f"deb [signed-by={KEYRING}] {mirror()} {recipe.suite} main",
  ]
  log = TREES / f"{name}.log"
  with log.open("w") as output:
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                            env={**os.environ, "RIG_TOOLS": str(path(TOOLS))})
  if result.returncode != 0:
    shutil.rmtree(work, ignore_errors=True)
    raise RuntimeError(f"mmdebstrap of {name} failed ({log}):\n" + "".join(log.read_text().splitlines(True)[-15:]))
  (work / "root").rename(tree)
  shutil.rmtree(work)
  _discard_old(name, keep=tree)
  print(f"rig: {tree.name} built in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


def mirror() -> str:
  """The Debian archive this machine already uses, RIG_MIRROR if set, else the public one."""
  if chosen := os.environ.get("RIG_MIRROR"):
    return chosen
  command = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian"]
  try:
    lines = subprocess.run(command, capture_output=True, text=True).stdout.split()
  except FileNotFoundError:
    lines = []
  return next((line for line in lines if "security" not in line), DEFAULT_MIRROR)


@contextmanager
def _lock():
  TREES.mkdir(parents=True, exist_ok=True)
  with (TREES / ".lock").open("w") as handle:
    fcntl.flock(handle, fcntl.LOCK_EX)
    yield


def _discard_leftovers(name: str) -> None:
  """Removes the work directories of interrupted builds; the lock says that nobody uses them."""
  for leftover in TREES.glob(f".{name}-????????"):
    shutil.rmtree(leftover)


def _discard_old(name: str, keep: Path) -> None:
  """Removes trees of earlier recipes unless a run that is alive boots from them."""
  from rig.ledger import trees_in_use
  used = trees_in_use()
  for old in TREES.glob(f"{name}-{16 * '?'}"):
    if old.is_dir() and old != keep and str(old) not in used:
      shutil.rmtree(old)
