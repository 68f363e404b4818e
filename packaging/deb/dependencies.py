#!/usr/bin/env python3
"""Computes a package's dependencies from its program and the symbols files of this machine's libraries.

dpkg-shlibdeps does the same, but only where the libraries of the program's architecture are installed; a package for
another architecture is made here too, and the versions at which a library got a symbol are the same everywhere.
"""

import re
import subprocess
import sys
from pathlib import Path

PACKAGING = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PACKAGING))
import elf  # noqa: E402

DPKG = Path("/var/lib/dpkg/info")
HEAD = re.compile(r"^(\S+) (\S+) #MINVER#")
SYMBOL = re.compile(r"^ (\S+)@(\S+) (\S+)")


class Library:
  """One shared library's symbols file: which package has it, and since which version it has a symbol."""

  def __init__(self, package: str, symbols: dict[tuple[str, str], str]):
    self.package, self.symbols = package, symbols

  def since(self, name: str, version: str | None) -> str | None:
    """The package's version that brought a symbol; a symbol unknown here is as old as its version node."""
    exact = self.symbols.get((name, version or "Base"))
    return exact if exact is not None or version is None else self.symbols.get((version, version))


def libraries() -> dict[str, Library]:
  """The libraries of this machine by their names."""
  found: dict[str, Library] = {}
  for path in sorted(DPKG.glob("*.symbols")):
    current = None
    for line in path.read_text(errors="replace").splitlines():
      if head := HEAD.match(line):
        current = found[head[1]] = Library(head[2], {})
      elif current is not None and (symbol := SYMBOL.match(line)):
        current.symbols[symbol[1], symbol[2]] = symbol[3]
  return found


def known(name: str, here: dict[str, Library]) -> Library:
  """A library by name; the dynamic loader has another name on every architecture."""
  if name.startswith("ld-linux"):
    name = "libc.so.6"
  if name not in here:
    raise SystemExit(f"{name}: no package here has it with a symbols file: install its package, as make setup does")
  return here[name]


def newer(first: str, second: str) -> bool:
  return subprocess.run(["dpkg", "--compare-versions", first, "gt", second]).returncode == 0


def depends(binary: Path) -> str:
  """The field's value, such as `libc6 (>= 2.35), libyaml-0-2`."""
  here = libraries()
  wanted = [known(name, here) for name in elf.needed(binary)]
  least = {library.package: "0" for library in wanted}
  for name, version in elf.imports(binary):
    found = [(library.package, since) for library in wanted if (since := library.since(name, version)) is not None]
    if not found:
      raise SystemExit(f"{name}@{version}: none of the program's libraries has it")
    package, since = found[0]
    if newer(since, least[package]):
      least[package] = since
  return ", ".join(package + (f" (>= {version})" if version != "0" else "") for package, version in sorted(least.items()))


if __name__ == "__main__":
  print(depends(Path(sys.argv[1])))
