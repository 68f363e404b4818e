"""What the rig needs of the machine, and the words for what is missing."""

import os
import platform
import shutil
import subprocess
from functools import cache
from pathlib import Path

from rig import trees

# program → the Debian package that has it
PROGRAMS = {"unshare": "util-linux", "nsenter": "util-linux", "setpriv": "util-linux", "ip": "iproute2",
            "openssl": "openssl"}
NAMESPACES = ["--mount", "--pid", "--fork", "--net", "--ipc", "--uts", "--cgroup"]


@cache
def missing() -> str | None:
  """Why no guest can be started on this machine, or None if one can."""
  if os.geteuid() != 0:
    return "not root: guests are started with unshare, mount and setns"
  for program, package in PROGRAMS.items():
    if not shutil.which(program):
      return f"program {program} is missing (apt-get install {package})"
  result = subprocess.run(["unshare", *NAMESPACES, "true"], capture_output=True, text=True)
  if result.returncode != 0:
    return f"no namespaces here: {result.stderr.strip()}"
  if cgroup_root() is None:
    return "no cgroup v2 hierarchy is mounted at /sys/fs/cgroup or /sys/fs/cgroup/unified"
  if "overlay" not in Path("/proc/filesystems").read_text().split():
    return "the kernel has no overlay file system (modprobe overlay)"
  if trees.missing() and not shutil.which("mmdebstrap"):
    return "the guest trees are not built and mmdebstrap is missing (apt-get install mmdebstrap)"
  return None


@cache
def missing_for_machines() -> str | None:
  """Why no virtual machine can be started here although guests can, or None if one can."""
  if platform.machine() != "x86_64":
    return f"the emulator's tree and the machine's kernel are for x86_64, this is {platform.machine()}"
  if not shutil.which("mke2fs"):
    return "program mke2fs is missing (apt-get install e2fsprogs)"
  if trees.missing("emulator", "machine") and not shutil.which("mmdebstrap"):
    return "the trees of the virtual machine are not built and mmdebstrap is missing (apt-get install mmdebstrap)"
  return None


def cgroup_root() -> Path | None:
  """The mount point of the machine's version 2 control groups: the only one, or the one beside version 1."""
  candidates = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))
  return next((path for path in candidates if (path / "cgroup.controllers").is_file()), None)
