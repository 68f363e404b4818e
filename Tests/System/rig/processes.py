"""Finding processes by parentage: the only way that cannot pick a stranger."""

from pathlib import Path

from rig import ledger, wait


def only_child(pid: int, seconds: float = 5) -> int:
  """The child of a process that has or will have one; its pid as this machine's first pid namespace counts.

  ChildProcessError when the process ends before a child of it was seen.
  """
  return wait.until(lambda: _child(pid), seconds, f"process {pid} has a child")


def _child(pid: int) -> int | None:
  try:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
  except (FileNotFoundError, ProcessLookupError):
    children = []
  if not children and ledger.start_time(pid) is None:
    raise ChildProcessError(f"process {pid} ended before a child of it was seen")
  return int(children[0]) if children else None
