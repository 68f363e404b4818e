"""What a program asks of its shared libraries, as readelf(1) tells it; works for programs of any architecture."""

import re
import subprocess
from pathlib import Path

MACHINES = {"Advanced Micro Devices X86-64": "amd64", "AArch64": "arm64"}


def readelf(binary: Path, *options: str) -> str:
  return subprocess.run(["readelf", "-W", *options, str(binary)], capture_output=True, text=True, check=True,
                        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}).stdout


def architecture(binary: Path) -> str:
  """Debian's name of the architecture that a program is for."""
  machine = re.search(r"Machine:\s+(.*)", readelf(binary, "-h"))
  if machine is None or machine[1].strip() not in MACHINES:
    raise SystemExit(f"{binary}: for {machine[1] if machine else 'no known machine'}, not one of {set(MACHINES.values())}")
  return MACHINES[machine[1].strip()]


def needed(binary: Path) -> list[str]:
  """The names of the shared libraries that the loader must find."""
  return re.findall(r"\(NEEDED\).*\[(.*)\]", readelf(binary, "-d"))


def run_path(binary: Path) -> str | None:
  found = re.search(r"\((?:RPATH|RUNPATH)\).*\[(.*)\]", readelf(binary, "-d"))
  return found[1] if found else None


def imports(binary: Path) -> list[tuple[str, str | None]]:
  """Every symbol that comes from outside, with its version where it has one; weak ones may be absent and are left out."""
  found = []
  for line in readelf(binary, "--dyn-syms").splitlines():
    fields = line.split()
    if len(fields) >= 8 and fields[6] == "UND" and fields[4] == "GLOBAL":
      name, _, version = fields[7].partition("@")
      found.append((name, version or None))
  return found


def highest(binary: Path, prefix: str) -> tuple[str, list[str]]:
  """The highest version of a family such as GLIBC_ that is asked for, and by which symbols."""
  def key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.removeprefix(prefix).split("."))
  versions = {version for _, version in imports(binary) if version and re.fullmatch(prefix + r"[0-9.]+", version)}
  top = max(versions, key=key)
  return top, sorted(name for name, version in imports(binary) if version == top)
