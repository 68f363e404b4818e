"""QEMU, out of a tree of its own: a child of this process, inside the namespaces of a run, asked by QMP."""

import fcntl
import json
import os
import platform
import signal
import socket
import subprocess
from pathlib import Path

from rig import ledger, processes, trees
from rig.paths import BUILD
from rig.processor import Processor

# The directories of the image and of the run have these names for QEMU.
IMAGE, OWN = "/srv", "/mnt"
KVM_CREATE_VM = 0xAE01
PROBE_SECONDS = 15
PROBED = b"RIG-PROBE-OK"
ENTER = """
set -e
tree=$1 image=$2 own=$3
shift 3
mount --bind "$image" "$tree/srv"
mount -o remount,bind,ro "$tree/srv"
mount --bind "$own" "$tree/mnt"
mount --rbind /dev "$tree/dev"
mount -t proc proc "$tree/proc"
exec chroot "$tree" "$@"
"""


class Emulator:
  """One process of QEMU. It has no network at all: the run's namespaces have none, and the machine has no card."""

  def __init__(self, run, processor: Processor, image: Path, own: Path, options: list[str]):
    """Starts it with a monitor and whatever else the options say; `own` is for its files."""
    self._monitor, far = socket.socketpair()
    self.door, far_door = socket.socketpair()
    command = [processor.program, *options,
               "-chardev", f"socket,id=monitor,fd={far.fileno()}", "-mon", "chardev=monitor,mode=control",
               "-chardev", f"socket,id=door,fd={far_door.fileno()}", "-device", "virtio-serial-pci",
               "-device", "virtserialport,chardev=door,name=rig.door"]
    self._log = own / "emulator.log"
    with self._log.open("a") as log:
      self._outer = subprocess.Popen(entered(run, processor, image, own, *command), stdin=subprocess.DEVNULL,
                                     stdout=log, stderr=log, pass_fds=(far.fileno(), far_door.fileno()))
    far.close()
    far_door.close()
    run.ledger.process(self._outer.pid, "nsenter of the emulator")
    self._pid = self._started = None
    self._lines = self._monitor.makefile("rwb")
    self._monitor.settimeout(60)
    try:
      # One that cannot run here may have ended before it is seen.
      self._pid = processes.only_child(self._outer.pid)
      self._started = ledger.start_time(self._pid)
      run.ledger.process(self._pid, "emulator")
      self._lines.readline()  # the greeting
      self.execute("qmp_capabilities")
    except (OSError, ValueError):
      self.kill()
      raise RuntimeError(f"the emulator did not start:\n{self.log()}") from None

  def execute(self, command: str, seconds: float = 60, **arguments):
    """Runs a command of QMP and answers what it returns; events on the way are dropped."""
    self._monitor.settimeout(seconds)
    self._lines.write(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
    self._lines.flush()
    while line := self._lines.readline():
      reply = json.loads(line)
      if "error" in reply:
        raise RuntimeError(f"{command}: {reply['error']['desc']}")
      if "return" in reply:
        return reply["return"]
    raise ConnectionError(f"the emulator ended at {command}")

  def say(self, line: str, seconds: float = 120) -> None:
    """Runs a line of the human monitor, which answers nothing when all is well."""
    if said := self.execute("human-monitor-command", seconds, **{"command-line": line}):
      raise RuntimeError(f"{line}: {said.strip()}")

  def log(self) -> str:
    """The end of what QEMU itself has printed."""
    return self._log.read_text()[-2000:]

  def has_ended(self) -> bool:
    return self._outer.poll() is not None

  def wait(self, seconds: float) -> None:
    """Waits until it has ended by itself, and reaps it."""
    self._outer.wait(timeout=seconds)
    self._close()

  def kill(self) -> None:
    """Ends it at once and reaps it."""
    try:
      self.execute("quit", seconds=10)  # its files are in order then
      self._outer.wait(timeout=10)
    except (OSError, ConnectionError, RuntimeError, ValueError, subprocess.TimeoutExpired):
      if self._pid is None:
        self._outer.kill()
      elif self._started is not None and ledger.start_time(self._pid) == self._started:
        os.kill(self._pid, signal.SIGKILL)
    self.wait(10)

  def _close(self) -> None:
    try:
      self._lines.close()
    except OSError:
      pass
    self._monitor.close()


def entered(run, processor: Processor, image: Path, own: Path, *command: str) -> list[str]:
  """The words that run a program of the emulator's tree in the namespaces of a run."""
  return ["nsenter", "--target", str(run.holder), "--mount", "--net", "--pid", "--",
          "unshare", "--mount", "--propagation", "private", "--",
          "sh", "-c", ENTER, "sh", str(trees.path(processor.emulator)), str(image), str(own), *command]


def common(processor: Processor, accelerator: str, arguments: str) -> list[str]:
  """What every start has: two processors, 2 GiB, the image's kernel."""
  model = "host" if accelerator == "kvm" else processor.model
  return ["-accel", accelerator, "-cpu", model, "-smp", "2", "-m", "2048", "-M", processor.board, "-nodefaults",
          "-no-user-config", "-display", "none", "-kernel", f"{IMAGE}/vmlinuz", "-initrd", f"{IMAGE}/initramfs",
          "-append", arguments, "-chardev", f"file,id=console,path={OWN}/console,append=on", "-serial",
          "chardev:console"]


EMULATED = "tcg,thread=multi,tb-size=256"


def accelerator(run, processor: Processor, image: Path) -> str:
  """kvm where a kernel comes up with it, else the emulated processor; found out once per boot of this machine."""
  if processor.name != platform.machine():
    return EMULATED
  note = BUILD / "accelerator"
  key = f"{ledger.BOOT_ID} {trees.path(processor.emulator).name} "
  if note.is_file() and (text := note.read_text()).startswith(key):
    return text.removeprefix(key)
  found = "kvm" if _kvm_opens() and _kvm_works(run, processor, image) else EMULATED
  note.with_suffix(f".{run.ledger.id}").write_text(key + found)
  note.with_suffix(f".{run.ledger.id}").rename(note)
  return found


def _kvm_opens() -> bool:
  try:
    handle = os.open("/dev/kvm", os.O_RDWR | os.O_CLOEXEC)
  except OSError:
    return False
  try:
    os.close(fcntl.ioctl(handle, KVM_CREATE_VM, 0))
    return True
  except OSError:
    return False
  finally:
    os.close(handle)


def _kvm_works(run, processor: Processor, image: Path) -> bool:
  own = run.directory / "probe"
  own.mkdir()
  emulator = None
  try:
    arguments = f"console={processor.console} quiet rig.probe"
    emulator = Emulator(run, processor, image, own, [*common(processor, "kvm", arguments), "-no-reboot"])
    emulator.wait(PROBE_SECONDS)
  except (RuntimeError, subprocess.TimeoutExpired):
    pass
  finally:
    if emulator and not emulator.has_ended():
      emulator.kill()
  console = own / "console"
  return console.is_file() and PROBED in console.read_bytes()
