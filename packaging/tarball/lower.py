"""Makes a program ask for older versions of symbols that glibc has had for longer, so that it starts with glibc 2.34.

A program that is linked on Debian 12 asks for the newest version of every symbol. Of those newer than 2.34 there is one:
hypotf of 2.35, which differs from the first version in how it tells an overflow by errno, and nothing reads that. Its
version is named in one place of the file (.gnu.version_r); there the name and the hash of the first version are put.
Any other symbol that is too new is an error, as is one of a C++ library newer than gcc 11's: it has to be looked at.
"""

import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import elf  # noqa: E402

MOST = (2, 34)
MOST_CXX = "GLIBCXX_3.4.29"
HARMLESS = {"hypotf"}
VERNEED, VERNAUX = struct.Struct("<HHIII"), struct.Struct("<IHHII")
SECTION = struct.Struct("<IIQQQQIIQQ")
SHT_GNU_VERNEED = 0x6FFFFFFE


def version(name: str) -> tuple[int, ...]:
  return tuple(int(part) for part in name.removeprefix("GLIBC_").split("."))


def too_new(binary: Path) -> dict[str, set[str]]:
  """Versions of glibc over the limit, with the symbols that ask for them."""
  found: dict[str, set[str]] = {}
  for symbol, wanted in elf.imports(binary):
    if wanted and wanted.startswith("GLIBC_") and version(wanted) > MOST:
      found.setdefault(wanted, set()).add(symbol)
  return found


def needs(data: bytes) -> list[tuple[str, str, int]]:
  """Every (library, version, place of its entry in the file)."""
  table, = struct.unpack_from("<Q", data, 0x28)
  size, count = struct.unpack_from("<HH", data, 0x3A)
  sections = [SECTION.unpack_from(data, table + index * size) for index in range(count)]
  verneed = next(section for section in sections if section[1] == SHT_GNU_VERNEED)
  strings = sections[verneed[6]][4]

  def text(offset: int) -> str:
    start = strings + offset
    return data[start:data.index(0, start)].decode()
  found, place = [], verneed[4]
  while True:
    _, entries, file, first, following = VERNEED.unpack_from(data, place)
    entry = place + first
    for _ in range(entries):
      *_, name, onward = VERNAUX.unpack_from(data, entry)
      found.append((text(file), text(name), entry))
      entry += onward
    if not following:
      return found
    place += following


def lower(binary: Path) -> None:
  """Changes the file; the symbols' numbers stay, only what they stand for is an older version."""
  wrong = {symbol for symbols in too_new(binary).values() for symbol in symbols} - HARMLESS
  if wrong:
    raise SystemExit(f"{binary} needs a glibc newer than {MOST[0]}.{MOST[1]} for {', '.join(sorted(wrong))}")
  top, symbols = elf.highest(binary, "GLIBCXX_")
  if int(top.rpartition(".")[2]) > int(MOST_CXX.rpartition(".")[2]):
    raise SystemExit(f"{binary} needs {top}, over {MOST_CXX}, for {', '.join(symbols)}")
  data = bytearray(binary.read_bytes())
  entries = needs(bytes(data))
  for library, name, place in entries:
    if not name.startswith("GLIBC_") or name == "GLIBC_PRIVATE" or version(name) <= MOST:
      continue
    # The oldest of the same library is the version of the architecture's first glibc, which has every old symbol.
    oldest = min((other for other in entries if other[0] == library), key=lambda other: version(other[1]))
    hashed, _, _, text, _ = VERNAUX.unpack_from(data, oldest[2])
    _, flags, index, _, onward = VERNAUX.unpack_from(data, place)
    VERNAUX.pack_into(data, place, hashed, flags, index, text, onward)
  binary.write_bytes(data)
  if too_new(binary):
    raise SystemExit(f"{binary}: still needs {too_new(binary)}")


if __name__ == "__main__":
  lower(Path(sys.argv[1]))
