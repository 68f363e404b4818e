"""A host: systemd as PID 1 in namespaces of its own, over a tree shared with other hosts."""

import os
import shlex
import signal
import subprocess
from pathlib import Path

from rig import network, processes, wait
from rig.host import PATH, Host

BOOT = Path(__file__).with_name("boot.sh")
NAMESPACES = ["--mount", "--pid", "--net", "--ipc", "--uts", "--cgroup"]
BOOT_SECONDS = 30


class Guest(Host):
  """Started, stopped and restarted; between two boots it keeps its files, and nothing else, like any machine."""

  def __init__(self, run, name: str, suite: str, address: str, layers: list[Path], port: str, gateway: str | None):
    self.run, self.name, self.suite, self.address, self.layers, self.port = run, name, suite, address, layers, port
    self.gateway = gateway
    self.init: int | None = None
    self._outer: subprocess.Popen | None = None
    self.console = run.directory / f"{name}.console"
    self.cgroup = run.cgroup / name
    self.cgroup.mkdir()
    self.root = run.scratch / name / "root"
    upper, work = run.scratch / name / "upper", run.scratch / name / "work"
    run.enter("mkdir", "-p", str(upper), str(work), str(self.root))
    lower = ":".join(str(layer) for layer in layers)
    run.enter("mount", "-t", "overlay", "-o", f"lowerdir={lower},upperdir={upper},workdir={work}", "overlay",
              str(self.root))

  def start(self) -> None:
    """Boots: returns when systemd answers on the system bus."""
    self.console.touch()
    holder = str(self.run.holder)
    command = [
      # The control group is joined first: it becomes the root of the guest's own hierarchy.
      "sh", "-c", 'echo 0 > "$1/cgroup.procs"; shift; exec "$@"', "sh", str(self.cgroup),
      "nsenter", "--target", holder, "--mount", "--net", "--pid", "--",
      "unshare", "--propagation", "private", "--fork", "--kill-child", *NAMESPACES, "--",
      "sh", str(BOOT), self.name, str(self.root), str(self.console)]
    with self.console.open("a") as log:
      self._outer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log)
    self.run.ledger.process(self._outer.pid, f"nsenter {self.name}")
    # nsenter → unshare → init, found by parentage: a name could be anyone's.
    init = processes.only_child(processes.only_child(self._outer.pid))
    self.run.ledger.process(init, f"init {self.name}")
    self.run.ledger.network_namespace(init)
    network.plug_in(self.run.holder, init, self.port, self.address, self.gateway)
    self.init = init
    self._outer.stdin.write(b"go\n")
    self._outer.stdin.close()
    wait.until(self._bus_is_there, BOOT_SECONDS, f"{self.name} has a system bus\n{self.console.read_text()[-2000:]}")

  def stop(self) -> None:
    """Powers off as `systemctl poweroff` would; kills what has not stopped after 10 s."""
    if self.init is None:
      return
    os.kill(self.init, signal.SIGRTMIN + 4)
    try:
      self._outer.wait(timeout=10)
    except subprocess.TimeoutExpired:
      os.kill(self.init, signal.SIGKILL)
      self._outer.wait(timeout=10)
    # The kernel takes a namespace's wires down some time after its last process; the next boot needs the port now.
    network.unplug(self.run.holder, self.port)
    self.forget()

  def forget(self) -> None:
    """Reaps what is left of a guest that ended."""
    if self._outer is not None:
      self._outer.wait(timeout=10)
    self.init = self._outer = None

  def restart(self) -> None:
    self.stop()
    self.start()

  def exec(self, *command: str, seconds: float | None = None, input: str | None = None, check: bool = True) -> str:
    seconds = seconds or self.command_seconds
    # timeout runs inside as well: killing nsenter would leave the command behind.
    inside = ["env", "-i", f"PATH={PATH}", "HOME=/root", "LC_ALL=C.UTF-8", "timeout", "-k", "1", str(seconds)]
    result = subprocess.run(self._enter() + inside + list(command), input=input or "", capture_output=True, text=True,
                            timeout=seconds + 5)
    if check and result.returncode != 0:
      raise RuntimeError(f"{self.name}: {shlex.join(command)}: status {result.returncode}\n{result.stdout}"
                         f"{result.stderr}")
    return result.stdout

  def copy_in(self, source: Path, path: str, mode: int = 0o644) -> None:
    """Copies a file of this machine to a path inside."""
    with source.open("rb") as stream:
      subprocess.run([*self._enter(), "sh", "-c", 'cat > "$1" && chmod "$2" "$1"', "sh", path, f"{mode:o}"],
                     stdin=stream, check=True)

  def copy_out(self, path: str, target: Path) -> None:
    """Copies a file from inside to this machine."""
    with target.open("wb") as stream:
      subprocess.run([*self._enter(), "cat", path], stdin=subprocess.DEVNULL, stdout=stream, check=True)

  def connect(self, port: int, timeout: float = 2):
    if self.init is None:
      raise ConnectionError(f"{self.name} is not running")
    return network.connect(self.init, ("127.0.0.1", port), timeout)

  def _enter(self) -> list[str]:
    if self.init is None:
      raise RuntimeError(f"{self.name} is not running")
    return ["nsenter", "--target", str(self.init), *NAMESPACES, "--root", "--wd", "--"]

  def _bus_is_there(self) -> bool:
    if self._outer.poll() is not None:
      raise RuntimeError(f"{self.name} ended while booting:\n{self.console.read_text()[-2000:]}")
    return Path(f"/proc/{self.init}/root/run/dbus/system_bus_socket").is_socket() \
      and os.readlink(f"/proc/{self.init}/exe").endswith("/systemd")
