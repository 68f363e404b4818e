"""What every host of the tests can do, whichever way it is reached."""

from abc import ABC, abstractmethod
from pathlib import Path

from rig import wait

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Host(ABC):
  """A host with systemd as PID 1, on which commands run as root."""

  name: str
  command_seconds: float = 20 * wait.PATIENCE
  # How many times longer everything may take than on a processor that is not emulated.
  patience: float = 1

  @abstractmethod
  def exec(self, *command: str, seconds: float | None = None, input: str | None = None, check: bool = True) -> str:
    """Runs a command as root inside and answers its stdout; raises with stderr when its status is not 0."""

  @abstractmethod
  def connect(self, port: int, timeout: float = 2):
    """A TCP connection to the host's own loopback, made inside."""

  @abstractmethod
  def restart(self) -> None:
    """Stops and boots again: a new systemd, a new network, the same files."""

  def shell(self, script: str, seconds: float | None = None, check: bool = True) -> str:
    """Runs a line of shell inside and answers its stdout."""
    return self.exec("sh", "-c", script, seconds=seconds, check=check)

  def write(self, path: str, text: str) -> None:
    """Writes a file inside in one step: readers see the old or the new one."""
    self.exec("sh", "-c", 'mkdir -p "$(dirname "$1")" && cat > "$1.rig" && mv "$1.rig" "$1"', "sh", path, input=text)

  def read(self, path: str) -> str:
    """Reads a file inside."""
    return self.exec("cat", path)

  def systemd_version(self) -> str:
    return self.exec("systemctl", "--version").split()[1]
