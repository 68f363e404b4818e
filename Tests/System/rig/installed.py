"""The agent as a package would install it: one layer for all hosts, taken when the run begins."""

import platform
import re
import shutil
import subprocess
from pathlib import Path

from rig.layer import Layer
from rig.paths import PAYLOAD


def agent(root: Path, binary: Path) -> Layer:
  """The program, the unit that runs it as its own user, and what a debug build needs of the Swift toolchain."""
  layer = Layer(root)
  layer.directory("/usr/bin")
  shutil.copy(binary, root / "usr/bin/nodeagent")
  if strip := shutil.which("strip"):
    subprocess.run([strip, str(root / "usr/bin/nodeagent")], check=True)
  (root / "usr/bin/nodeagent").chmod(0o755)
  for library in swift_libraries(binary):
    target = root / "usr/lib" / f"{platform.machine()}-linux-gnu" / library.name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(library, target)
  units(layer)
  layer.enable("nodeagent.service")
  layer.enable("nodeagent-helper.socket", "sockets.target")
  return layer


def patience(layer: Layer, binary: Path) -> None:
  """Gives every plugin the time of an emulated processor, and leaves out what wants quick answers of others."""
  listing = subprocess.run([str(binary), "checks"], capture_output=True, text=True, check=True).stdout
  checks = re.findall(r"^ +([a-z-]+)\.([a-z-]+)", listing, re.MULTILINE)
  hasty = "".join(f"  {plugin}.{name}: {{enabled: false}}\n" for plugin, name in checks if plugin == "vip")
  plugins = "".join(f"  {name}: {{interval: 15s, timeout: 15s}}\n" for name in sorted({plugin for plugin, _ in checks}))
  layer.write("/etc/nodeagent/nodeagent.yaml", (f"checks:\n{hasty}" if hasty else "") + f"plugins:\n{plugins}")


def units(layer: Layer) -> None:
  """The units of the package, not enabled."""
  for unit in ("nodeagent.service", "nodeagent-helper.socket", "nodeagent-helper.service"):
    layer.write(f"/usr/lib/systemd/system/{unit}", (PAYLOAD / "units" / unit).read_text())


def swift_libraries(binary: Path) -> list[Path]:
  """The shared libraries that come from the toolchain; a release links them statically and has none.

  Debian's libraries are never copied: the guest has those that the package depends on, or the agent does not start.
  """
  listing = subprocess.run(["ldd", str(binary)], capture_output=True, text=True).stdout
  paths = [Path(found) for found in re.findall(r"=> (/\S+)", listing)]
  return [path for path in paths if "/swift/" in str(path)]
