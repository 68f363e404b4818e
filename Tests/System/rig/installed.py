"""The agent as a package would install it: one layer for all hosts, taken when the run begins."""

import platform
import re
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

from rig import profiles, trees
from rig.cluster import ClusterPlan
from rig.layer import Layer
from rig.paths import REPOSITORY
from rig.run import Run

SHIPPED = REPOSITORY / "packaging/systemd"


@contextmanager
def candidate(binary: Path, suite: str):
  """A machine about to join, of a release, booted, with the agent."""
  plan = ClusterPlan.load()
  host = next(host for host in plan.hosts if host.profile == "candidate")
  with Run() as made:
    program = agent(made.directory / "layers/agent", binary)
    node = Layer(made.directory / "layers/node")
    profiles.build(node, plan, host, trees.ensure(suite), Path("/nonexistent"))
    guest = made.add("node", suite, f"{host.address}/{plan.prefix_length}", [node.root, program.root])
    made.start()
    yield guest


def agent(root: Path, binary: Path, architecture: str = platform.machine()) -> Layer:
  """The program, the units that run it as its own user, and what a debug build needs of the Swift toolchain."""
  layer = Layer(root)
  layer.directory("/usr/bin")
  shutil.copy(binary, root / "usr/bin/nodeagent")
  if architecture == platform.machine() and (strip := shutil.which("strip")):
    subprocess.run([strip, str(root / "usr/bin/nodeagent")], check=True)
  (root / "usr/bin/nodeagent").chmod(0o755)
  for library in swift_libraries(binary):
    target = root / "usr/lib" / f"{architecture}-linux-gnu" / library.name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(library, target)
  units(layer)
  layer.enable("nodeagent.service")
  layer.enable("nodeagent-helper.socket", "sockets.target")
  return layer


def plugins(listing: str) -> set[str]:
  """The plugins whose checks `nodeagent checks` lists."""
  return set(re.findall(r"^ +([a-z-]+)\.[a-z-]+ ", listing, re.MULTILINE))


def patience(plugins: set[str]) -> str:
  """Settings that give every plugin the time of an emulated processor, and leave nearly all else to the program."""
  # A disk fills slowly, so its plugin looks each minute; the rows would wait for that four times.
  intervals = {"disk": ", interval: 15s"}
  return "plugins:\n" + "".join(f"  {name}: {{timeout: 15s{intervals.get(name, '')}}}\n" for name in sorted(plugins))


def units(layer: Layer) -> None:
  """The units as the package brings them, not enabled, and where the helper's socket lies."""
  for unit in ("nodeagent.service", "nodeagent-helper.socket", "nodeagent-helper.service"):
    layer.write(f"/usr/lib/systemd/system/{unit}", (SHIPPED / unit).read_text())
  layer.write("/usr/lib/tmpfiles.d/nodeagent.conf", (SHIPPED / "tmpfiles.conf").read_text())


def swift_libraries(binary: Path) -> list[Path]:
  """The shared libraries that come from the toolchain; a release links them statically and has none.

  Debian's libraries are never copied: the guest has those that the package depends on, or the agent does not start.
  """
  listing = subprocess.run(["ldd", str(binary)], capture_output=True, text=True).stdout
  paths = [Path(found) for found in re.findall(r"=> (/\S+)", listing)]
  return [path for path in paths if "/swift/" in str(path)]
