"""The Debian package: made of a program in three versions, and installed as a person would."""

import json
import subprocess
import sys
from pathlib import Path

from rig.agent import UNIT, Agent
from rig.host import Host
from rig.paths import REPOSITORY

HELPER = ("nodeagent-helper.socket", "nodeagent-helper.service")
SETTINGS = "/etc/nodeagent/nodeagent.yaml"
# Where packages are laid down in a host; made anew at every boot, so it counts for nothing afterwards.
INBOX = "/tmp"
VERSIONS = {"old": "0.1.0~rig1", "new": "0.1.0-1", "next": "0.1.0-1+rig1"}


def make(program: Path, folder: Path, *names: str, teller: Path | None = None) -> dict[str, Path]:
  """The package in these versions, packed in a hurry; `teller` is the same program for this machine."""
  command = [sys.executable, REPOSITORY / "packaging/deb/build", program, folder, "--level", "0",
             "--teller", teller or program, "--version"]

  def one(version: str) -> Path:
    return Path(subprocess.run([*command, version], check=True, capture_output=True, text=True).stdout.strip())
  return {name: one(VERSIONS[name]) for name in names}


def apt(host: Host, *words: str) -> str:
  """apt-get as a person would run it, without questions; what it prints, on either channel."""
  line = " ".join(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-y", "-q", "--no-install-recommends", *words, "2>&1"])
  return host.shell(line, seconds=60 * host.patience)


def install(host: Host, name: str, *options: str) -> str:
  return apt(host, "install", *options, f"{INBOX}/{name}.deb")


def state(host: Host, unit: str = UNIT) -> str:
  return host.exec("systemctl", "is-active", unit, check=False).strip()


def enabled(host: Host, unit: str) -> str:
  return host.exec("systemctl", "is-enabled", unit, check=False).strip()


def version(host: Host) -> str:
  """dpkg's two letters for its state, and the version."""
  return host.exec("dpkg-query", "-W", "-f", "${db:Status-Abbrev}${Version}", "nodeagent").strip()


def answers(host: Host) -> bool:
  try:
    return "nodeagent_build_info" in Agent(host).metrics()
  except (OSError, RuntimeError):
    return False


def traces(host: Host) -> list[str]:
  """Everything on the host that bears the agent's name, but for what apt and dpkg log of every package."""
  found = host.shell("find / -xdev -name '*nodeagent*' -not -path '/proc/*' -not -path '/tmp/*' "
                     "-not -path '/var/log/*' -not -path '/var/cache/apt/*'").split()
  return sorted([*found, *host.shell("find /run -name '*nodeagent*'; grep -h nodeagent /etc/passwd /etc/group",
                                     check=False).split()])


def doctor_as_user(host: Host) -> dict:
  """What the doctor says to somebody without any right."""
  line = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "nodeagent", "doctor", "--output", "json"]
  return json.loads(host.exec(*line, check=False))


def denied(report: dict) -> list[str]:
  """What a report says that its reader was not allowed to see."""
  return [each["summary"] for each in report["verdicts"]
          if each["check"] == "agent.privileges" and each["state"] != "ok"]
