"""The first file system of the machine: a shell and the driver of its disk, as a cpio archive."""

import gzip
import lzma
from pathlib import Path

from rig.paths import PAYLOAD

# Debian's kernel for virtual machines has the bus and the file system built in.
DRIVERS = ("virtio_blk",)


def build(tree: Path, target: Path) -> None:
  """Writes the archive for the kernel whose modules the tree has."""
  modules = next((tree / "usr/lib/modules").iterdir())
  archive = _Archive()
  for name in ("bin", "dev", "proc", "sys", "root", "drivers"):
    archive.directory(name)
  archive.file("bin/busybox", (tree / "usr/bin/busybox").read_bytes())
  archive.file("init", (PAYLOAD / "machine/init").read_bytes())
  order = _order(modules)
  for place in order:
    archive.file(f"drivers/{_name(place)}.ko", _content(modules / place))
  archive.file("drivers/order", "".join(f"{_name(place)}.ko\n" for place in order).encode())
  target.write_bytes(gzip.compress(archive.end(), 1))


def _order(modules: Path) -> list[str]:
  """The modules' files, each after those it needs; what is built into the kernel has none."""
  needs = dict(line.split(":", 1) for line in (modules / "modules.dep").read_text().splitlines())
  found: list[str] = []

  def add(place: str) -> None:
    for needed in needs[place].split()[::-1]:
      add(needed)
    if place not in found:
      found.append(place)

  for place in needs:
    if _name(place) in DRIVERS:
      add(place)
  return found


def _name(place: str) -> str:
  return Path(place).name.split(".ko")[0].replace("-", "_")


def _content(file: Path) -> bytes:
  return lzma.decompress(file.read_bytes()) if file.suffix == ".xz" else file.read_bytes()


class _Archive:
  """cpio in the format "newc" (Documentation/driver-api/early-userspace/buffer-format.rst of the kernel)."""

  def __init__(self):
    self._content = bytearray()
    self._count = 0

  def directory(self, name: str) -> None:
    self._entry(name, 0o040755, b"")

  def file(self, name: str, content: bytes) -> None:
    self._entry(name, 0o100755, content)

  def end(self) -> bytes:
    self._entry("TRAILER!!!", 0, b"")
    return bytes(self._content)

  def _entry(self, name: str, mode: int, content: bytes) -> None:
    self._count += 1
    path = name.encode() + b"\0"
    numbers = (self._count, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(path), 0)
    self._content += b"070701" + b"".join(b"%08X" % number for number in numbers) + path
    self._align()
    self._content += content
    self._align()

  def _align(self) -> None:
    self._content += bytes(-len(self._content) % 4)
