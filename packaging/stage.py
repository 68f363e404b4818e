"""The files that every package has, in one folder: the program, its units, manual pages and completions."""

import os
import shutil
import subprocess
from pathlib import Path

import elf

PACKAGING = Path(__file__).resolve().parent
UNITS = ("nodeagent.service", "nodeagent-helper.socket", "nodeagent-helper.service")
# Where each shell looks for completions of programs that the distribution installs.
COMPLETIONS = {"bash": "usr/share/bash-completion/completions/nodeagent",
               "zsh": "usr/share/zsh/vendor-completions/_nodeagent",
               "fish": "usr/share/fish/vendor_completions.d/nodeagent.fish"}


def epoch() -> int:
  """The time that every file of a package bears: SOURCE_DATE_EPOCH, else that of the changelog's newest entry."""
  if given := os.environ.get("SOURCE_DATE_EPOCH"):
    return int(given)
  return int(changelog("Timestamp"))


def changelog(field: str) -> str:
  command = ["dpkg-parsechangelog", "-l", str(PACKAGING / "deb/changelog"), "-S", field]
  return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def date() -> str:
  return subprocess.run(["date", "-u", "-d", f"@{epoch()}", "+%Y-%m-%d"], capture_output=True, text=True,
                        check=True).stdout.strip()


def install(source: Path, target: Path, mode: int = 0o644) -> None:
  target.parent.mkdir(parents=True, exist_ok=True)
  shutil.copyfile(source, target)
  target.chmod(mode)


def write(target: Path, text: str, mode: int = 0o644) -> None:
  target.parent.mkdir(parents=True, exist_ok=True)
  target.write_text(text)
  target.chmod(mode)


def compress(path: Path) -> None:
  """As policy wants manuals and changelogs; without the time and name that would make every run another file."""
  subprocess.run(["gzip", "-9n", str(path)], check=True)


def settle(root: Path) -> None:
  """Gives everything below one time, and directories one mode."""
  when = epoch()
  for path in [root, *root.rglob("*")]:
    if path.is_dir() and not path.is_symlink():
      path.chmod(0o755)
    os.utime(path, (when, when), follow_symlinks=False)


def stage(root: Path, binary: Path, teller: Path) -> None:
  """Lays out all common files; `teller` is the same program for this machine, which prints its own documentation."""
  if path := elf.run_path(binary):
    raise SystemExit(f"{binary} searches {path} for libraries: link it with --disable-local-rpath, as make release does")
  install(binary, root / "usr/bin/nodeagent", 0o755)
  for unit in UNITS:
    install(PACKAGING / "systemd" / unit, root / "usr/lib/systemd/system" / unit)
  for kind in ("sysusers", "tmpfiles"):
    install(PACKAGING / f"systemd/{kind}.conf", root / f"usr/lib/{kind}.d/nodeagent.conf")
  install(PACKAGING / "nodeagent.yaml", root / "etc/nodeagent/nodeagent.yaml")
  for shell, place in COMPLETIONS.items():
    script = subprocess.run([teller, "--generate-completion-script", shell], capture_output=True, text=True,
                            check=True).stdout
    # The shells read these files; none is started as a program.
    write(root / place, script.removeprefix("#!/bin/bash\n").lstrip("\n"))
  manuals = root / "usr/share/man"
  subprocess.run([PACKAGING / "man/build", teller, manuals, date()], check=True)
  for page in list(manuals.iterdir()):
    folder = manuals / f"man{page.suffix[1:]}"
    folder.mkdir(exist_ok=True)
    page.rename(folder / page.name)
    (folder / page.name).chmod(0o644)
    compress(folder / page.name)
