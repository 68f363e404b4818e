"""One run of the rig: outer namespaces that hold everything, a ledger, and the guests."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rig import ledger, needs, network, processes, trees
from rig.guest import Guest


class Run:
  """Owns a pid, a mount and a network namespace; when this process dies, even by SIGKILL, all that is in them dies."""

  def __init__(self):
    ledger.clean_dead_runs()
    self.ledger = ledger.Ledger.create()
    self.guests: dict[str, Guest] = {}
    try:
      self._start_keeper()
      self._make_cgroup()
      self._mount_scratch()
      network.make_bridge(self.holder)
    except BaseException:
      self.stop()
      raise

  @property
  def directory(self) -> Path:
    return self.ledger.directory

  def __enter__(self) -> "Run":
    return self

  def __exit__(self, *_exception) -> None:
    self.stop()

  def add(self, name: str, suite: str, address: str, layers: list[Path], gateway: str | None = None) -> Guest:
    """Prepares a host: the given layers, topmost first, over the tree of the suite; `address` is like 192.0.2.1/24."""
    tree = trees.ensure(suite)
    self.ledger.tree(tree)
    guest = Guest(self, name, suite, address, [*layers, tree], f"port{len(self.guests)}", gateway)
    self.guests[name] = guest
    return guest

  def start(self) -> None:
    """Boots all guests side by side."""
    with ThreadPoolExecutor(len(self.guests) or 1) as pool:
      list(pool.map(Guest.start, self.guests.values()))

  def stop(self) -> None:
    """Ends everything at once and removes what is outside the namespaces."""
    if keeper := getattr(self, "keeper", None):
      keeper.stdin.close()
      keeper.wait(timeout=10)
      keeper.stdout.close()
    for guest in self.guests.values():
      guest.forget()
    self.ledger.clean()

  def _start_keeper(self) -> None:
    self.keeper = subprocess.Popen(
      ["setpriv", "--pdeathsig", "KILL", "--",
       "unshare", "--mount", "--propagation", "private", "--net", "--pid", "--fork", "--kill-child", "--",
       sys.executable, str(Path(__file__).with_name("keeper.py"))],
      stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    self.ledger.process(self.keeper.pid, "unshare")
    if self.keeper.stdout.readline() != b"ready\n":
      raise RuntimeError("the namespaces of the run could not be made")
    self.holder = processes.only_child(self.keeper.pid)
    self.ledger.process(self.holder, "keeper")
    self.ledger.network_namespace(self.holder)

  def _make_cgroup(self) -> None:
    root = needs.cgroup_root()
    assert root is not None
    self.cgroup = root / f"rig-{self.ledger.id}"
    self.cgroup.mkdir()
    self.ledger.cgroup(self.cgroup)
    for controller in (self.cgroup / "cgroup.controllers").read_text().split():
      (self.cgroup / "cgroup.subtree_control").write_text(f"+{controller}")

  def _mount_scratch(self) -> None:
    self.scratch = self.directory / "scratch"
    self.scratch.mkdir()
    # What guests write is in memory and in this mount namespace only.
    self.enter("mount", "-t", "tmpfs", "-o", "mode=755", f"rig-{self.ledger.id}", str(self.scratch))

  def enter(self, *command: str) -> None:
    """Runs a command in the run's mount namespace."""
    subprocess.run(["nsenter", "--target", str(self.holder), "--mount", "--", *command], check=True)
