"""What a run makes, written down before it is used, so that a later run can remove what a killed one left.

Everything is recorded by an identity that cannot be mistaken for someone else's: a process by pid and start time in one
boot of the machine, a network namespace by cookie (its inode is soon another's), a cgroup by path and inode. Nothing is
ever removed by name.
"""

import fcntl
import json
import os
import secrets
import shutil
import signal
from pathlib import Path

from rig import network, wait
from rig.paths import RUNS

BOOT_ID = Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def start_time(pid: int) -> int | None:
  """When a process started, in clock ticks since boot (field 22 of /proc/PID/stat), or None if there is none."""
  try:
    text = Path(f"/proc/{pid}/stat").read_text()
  except (FileNotFoundError, ProcessLookupError):
    return None
  fields = text[text.rindex(")") + 2:].split()
  return None if fields[0] in "ZX" else int(fields[19])


class Ledger:
  """One line of JSON per thing made, below .build-rig/runs/ID/; the first names the process that owns the run."""

  def __init__(self, directory: Path):
    self.directory = directory
    self.file = directory / "ledger.jsonl"

  @classmethod
  def create(cls) -> "Ledger":
    """Starts the ledger of a new run owned by this process."""
    RUNS.mkdir(parents=True, exist_ok=True)
    # The directory appears together with its first line: nobody sees a run without an owner.
    work = RUNS / f".{secrets.token_hex(4)}"
    work.mkdir()
    ledger = cls(work)
    ledger.process(os.getpid(), "owner")
    return cls(work.rename(RUNS / work.name[1:]))

  @property
  def id(self) -> str:
    return self.directory.name

  def process(self, pid: int, role: str) -> None:
    """Records a process by its pid as this machine's first pid namespace counts."""
    self._append({"kind": "process", "role": role, "pid": pid, "start": start_time(pid), "boot": BOOT_ID})

  def network_namespace(self, pid: int) -> None:
    """Records the network namespace that a process is in."""
    self._append({"kind": "netns", "cookie": network.cookie(pid)})

  def cgroup(self, path: Path) -> None:
    """Records a control group that the run made; those below it belong to it."""
    self._append({"kind": "cgroup", "path": str(path), "inode": path.stat().st_ino, "boot": BOOT_ID})

  def tree(self, path: Path) -> None:
    """Records a tree that guests of the run boot from."""
    self._append({"kind": "tree", "path": str(path)})

  def entries(self, kind: str) -> list[dict]:
    """What was recorded of one kind, oldest first; a line cut short by a kill does not count."""
    found = []
    try:
      lines = self.file.read_text().splitlines()
    except FileNotFoundError:
      return []  # the run has just ended by itself
    for line in lines:
      try:
        entry = json.loads(line)
      except json.JSONDecodeError:
        continue
      if entry["kind"] == kind:
        found.append(entry)
    return found

  def is_dead(self) -> bool:
    """Whether the run's owner has ended without cleaning up."""
    owners = [entry for entry in self.entries("process") if entry["role"] == "owner"]
    return bool(owners) and not any(is_alive(entry) for entry in owners)

  def clean(self) -> None:
    """Ends the processes of the run, removes its control groups, and last its directory."""
    processes = [entry for entry in reversed(self.entries("process")) if entry["role"] != "owner"]
    for entry in processes:
      if is_alive(entry):
        os.kill(entry["pid"], signal.SIGKILL)
    wait.until(lambda: not any(is_alive(entry) for entry in processes), 5, "processes of the run end")
    for entry in reversed(self.entries("cgroup")):
      _remove_cgroup(entry)
    for path in self.directory.iterdir():
      if path.is_dir():
        shutil.rmtree(path)
      elif path != self.file:
        path.unlink()
    # Last: a run without a ledger would never be cleaned.
    self.file.unlink()
    self.directory.rmdir()

  def _append(self, entry: dict) -> None:
    with self.file.open("a") as handle:
      handle.write(json.dumps(entry) + "\n")


def ledgers() -> list[Ledger]:
  """The ledgers of all runs that have not been cleaned up, alive or not."""
  if not RUNS.is_dir():
    return []
  return [Ledger(path) for path in sorted(RUNS.iterdir()) if (path / "ledger.jsonl").is_file()]


def clean_dead_runs() -> list[str]:
  """Removes what runs left whose owner no longer lives; answers their ids."""
  RUNS.mkdir(parents=True, exist_ok=True)
  with (RUNS / ".lock").open("w") as lock:
    # Of two runs that begin together one cleans.
    fcntl.flock(lock, fcntl.LOCK_EX)
    dead = [ledger for ledger in ledgers() if ledger.is_dead()]
    for ledger in dead:
      ledger.clean()
  return [ledger.id for ledger in dead]


def trees_in_use() -> set[str]:
  """The trees that runs which are alive boot from."""
  return {entry["path"] for ledger in ledgers() if not ledger.is_dead() for entry in ledger.entries("tree")}


def is_alive(entry: dict) -> bool:
  """Whether a recorded process still runs: the same pid, start time and boot of the machine."""
  return entry["boot"] == BOOT_ID and entry["start"] is not None and start_time(entry["pid"]) == entry["start"]


def _remove_cgroup(entry: dict) -> None:
  path = Path(entry["path"])
  if entry["boot"] != BOOT_ID or not path.is_dir() or path.stat().st_ino != entry["inode"]:
    return

  def removed() -> bool:
    for directory, _, _ in os.walk(path, topdown=False):
      try:
        os.rmdir(directory)
      except FileNotFoundError:
        pass
      except OSError:
        return False  # a process that was just killed is still being reaped
    return True

  wait.until(removed, 5, f"{path} is empty")
