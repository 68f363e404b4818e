"""A directory that is laid over a tree: the files that make a bare Debian one particular host."""

from pathlib import Path


class Layer:
  """Plain files below a directory of the run; paths are those inside the guest."""

  def __init__(self, root: Path):
    self.root = root
    root.mkdir(parents=True)

  def write(self, path: str, content: str | bytes, mode: int = 0o644) -> None:
    target = self._place(path)
    target.write_bytes(content.encode() if isinstance(content, str) else content)
    target.chmod(mode)

  def link(self, path: str, target: str) -> None:
    self._place(path).symlink_to(target)

  def directory(self, path: str, mode: int = 0o755) -> None:
    (self._place(path)).mkdir(exist_ok=True)
    self._place(path).chmod(mode)

  def enable(self, unit: str, target: str = "multi-user.target") -> None:
    """As `systemctl enable` of a unit in /usr/lib/systemd/system."""
    self.link(f"/etc/systemd/system/{target}.wants/{unit}", f"/usr/lib/systemd/system/{unit}")

  def _place(self, path: str) -> Path:
    place = self.root / path.lstrip("/")
    # The merged directory takes its mode from the topmost layer that has it; 0755 is what these have in the tree.
    place.parent.mkdir(parents=True, exist_ok=True)
    return place
