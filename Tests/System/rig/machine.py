"""A host with a kernel of its own: a virtual machine that is booted once and then restored from a snapshot."""

import base64
import fcntl
import hashlib
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

from rig import trees, wait
from rig.cluster import HostPlan
from rig.door import Door, Question
from rig.emulator import IMAGE, OWN, Emulator, accelerator, common, entered
from rig.host import PATH, Host
from rig.run import Run
from rig.variant import VARIANTS, Variant

BOOT_SECONDS = 400
END_SECONDS = 90 * wait.PATIENCE
HELLO_SECONDS = 2
BOOTED = "booted"
PAYLOAD_BYTES = 1 << 29  # sparse, and the same always: a snapshot knows how large its disks were
ARGUMENTS = "quiet systemd.show_status=0 mitigations=off tsc=reliable random.trust_cpu=on"


class Machine(Host):
  """Begins with restore() where a snapshot is kept, else with boot(); disk and snapshot are the run's own copy."""

  command_seconds = 120 * wait.PATIENCE

  def __init__(self, run: Run, host: HostPlan, image: Path, payload: Path | None = None):
    """`payload` is a directory that unpack() lays over the machine's files."""
    self.run, self.name, self.image = run, host.name, image
    self.variant = VARIANTS[host.variant]
    self.own = run.directory / f"machine-{self.name}"
    self.own.mkdir()
    self.console = self.own / "console"
    self.console.touch()
    self.accelerator = accelerator(run, self.variant.processor, image)
    # An emulated processor is about that much slower, and the machine that emulates it has others to care for.
    self.patience = 1 if self.accelerator == "kvm" else 6
    self._boot = ""
    self._emulator: Emulator | None = None
    self._door: Door | None = None
    run.ledger.tree(image)
    self._make_disks(payload)

  # ---- from nothing to a host and back ----

  def boot(self, arguments: str = "") -> None:
    """Boots from the disk as it is, with these arguments of the kernel besides; powers off first if it runs."""
    if self._emulator:
      self.power_off()
    self._start(arguments)
    self._come_up()

  def restore(self, snapshot: str = BOOTED) -> None:
    """Goes back to a state that was saved, by default the one just after the first boot; only the clock is today's."""
    # In another process always: the counters of an emulated processor never go back, and time would jump inside.
    self.kill()
    self._start("", "-loadvm", snapshot)
    self._greet()
    # systemd-timesyncd notices, and asks anew.
    self._door.call("clock", 30, now=time.time())

  def restart(self) -> None:
    """Reboots: the emulator goes on, the kernel begins again with the same arguments."""
    try:
      self.exec("systemctl", "--no-block", "reboot", seconds=30)
    except TimeoutError:
      pass  # it was quicker than its reply, or the wait for another boot tells
    self._come_up()

  def power_off(self) -> None:
    """Shuts down as `systemctl poweroff` does, and waits until the emulator has ended."""
    try:
      self.exec("systemctl", "poweroff", check=False)
      self._emulator.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
      raise TimeoutError(f"{self.name} does not power off within {END_SECONDS} s{self._last_words()}") from None
    except ConnectionError:
      self._emulator.wait(END_SECONDS)  # it was quicker than its reply
    self._forget()

  def kill(self) -> None:
    """Ends the emulator without asking the machine."""
    if self._emulator:
      self._emulator.kill()
      self._forget()

  def require_health(self) -> None:
    """Raises unless all units that were to start have started."""
    if (state := self._state()) != "running":
      units = self.shell("systemctl --failed --no-legend; systemctl list-jobs")
      raise RuntimeError(f"{self.name} is {state}:\n{units}{self._last_words()}")

  def save(self, snapshot: str = BOOTED) -> None:
    """Keeps the state of now for restore()."""
    self._emulator.say(f"savevm {snapshot}")

  def unpack(self) -> None:
    """Copies the payload in, by a disk of its own: through the door it would take a minute."""
    # What an earlier payload left in the cache of the disk is dropped.
    self.shell("blockdev --flushbufs /dev/vdb && tar --extract --file /dev/vdb --directory / --no-overwrite-dir")
    if self.variant.has_labels:
      self.shell("tar --list --file /dev/vdb | sed 's/^[.]//' | restorecon -f -")

  # ---- what is done inside ----

  def exec(self, *command: str, seconds: float | None = None, input: str | None = None, check: bool = True) -> str:
    seconds = seconds or self.command_seconds
    reply = self._ask("run", seconds + 10, command=command, seconds=seconds,
                      input=base64.b64encode((input or "").encode()).decode(),
                      environment={"PATH": PATH, "HOME": "/root", "LC_ALL": "C.UTF-8"})
    out = reply["out"].decode()
    if check and reply["status"] != 0:
      raise RuntimeError(f"{self.name}: {shlex.join(command)}: status {reply['status']}\n{out}"
                         f"{reply['err'].decode()}{self._last_words()}")
    return out

  def connect(self, port: int, timeout: float = 2) -> Question:
    if not self._door:
      raise ConnectionError(f"{self.name} is not running")
    return Question(self._door, port, timeout * self.patience * wait.PATIENCE)

  def last_words(self, lines: int = 20) -> str:
    """The last lines of the console: what the kernel and systemd had to say."""
    return "\n".join(self.console.read_text(errors="replace").splitlines()[-lines:])

  # ---- how it is done ----

  def _ask(self, do: str, within: float, **arguments) -> dict:
    if not self._door:
      raise ConnectionError(f"{self.name} is not running")
    try:
      return self._door.call(do, within, **arguments)
    except (TimeoutError, ConnectionError) as error:
      raise type(error)(f"{self.name}: {error}{self._last_words()}") from None

  def _make_disks(self, payload: Path | None) -> None:
    target = self.own / "payload.raw"
    target.touch()
    if payload:
      subprocess.run(["tar", "--create", "--file", str(target), "--directory", str(payload), "."], check=True)
    with target.open("ab") as disk:
      disk.truncate(PAYLOAD_BYTES)
    if (kept := booted(self.image, self.accelerator, self.variant)).is_file():
      subprocess.run(["cp", "--reflink=auto", "--sparse=always", str(kept), str(self.own / "disk.qcow2")], check=True)
    else:
      command = ["qemu-img", "create", "-q", "-f", "qcow2", "-b", f"{IMAGE}/disk.raw", "-F", "raw",
                 f"{OWN}/disk.qcow2"]
      subprocess.run(entered(self.run, self.variant.processor, self.image, self.own, *command), check=True)

  def _start(self, arguments: str, *options: str) -> None:
    options = (*_options(self.variant, self.accelerator, arguments), *options)
    self._emulator = Emulator(self.run, self.variant.processor, self.image, self.own, list(options))
    self._door = Door(self._emulator.door)

  def _forget(self) -> None:
    self._door.close()
    self._emulator = self._door = None

  def _greet(self) -> None:
    """Waits for a word from a boot; remembers which one it was."""
    def hello() -> str | None:
      if self._emulator.has_ended():
        raise RuntimeError(f"{self.name} has ended\n{self._emulator.log()}{self._last_words()}")
      try:
        return self._door.call("hello", HELLO_SECONDS)["boot"]
      except (TimeoutError, ConnectionError):
        return None

    self._boot = self._wait(hello, BOOT_SECONDS, "answers")

  def _come_up(self) -> None:
    """Waits until another boot than the one before has started all that it starts."""
    earlier = self._boot

    def is_another() -> bool:
      self._greet()
      return self._boot != earlier

    self._wait(is_another, BOOT_SECONDS, "boots")
    self._state()

  def _state(self) -> str:
    """What has come of the boot, when it is over."""
    seconds = BOOT_SECONDS * wait.PATIENCE
    return self.exec("systemctl", "is-system-running", "--wait", seconds=seconds, check=False).strip()

  def _wait(self, condition, seconds: float, what: str):
    try:
      return wait.until(condition, seconds, f"{self.name} {what}")
    except TimeoutError as error:
      raise TimeoutError(f"{error}{self._last_words()}") from None

  def _last_words(self) -> str:
    return f"\nits console ends:\n{self.last_words()}"


def _options(variant: Variant, accelerator: str, arguments: str = "") -> list[str]:
  """How the emulator is started; a snapshot fits no other options than those it was made with."""
  disk = "discard=unmap,cache=unsafe,format=qcow2"
  words = f"console={variant.processor.console} {ARGUMENTS} {variant.arguments} {arguments}"
  return [*common(variant.processor, accelerator, " ".join(words.split())),
          "-drive", f"if=none,id=disk,file={OWN}/disk.qcow2,{disk}", "-device", "virtio-blk-pci,drive=disk",
          "-drive", f"if=none,id=payload,file={OWN}/payload.raw,format=raw,readonly=on",
          "-device", "virtio-blk-pci,drive=payload", "-device", "virtio-rng-pci"]


def booted(image: Path, accelerator: str, variant: Variant) -> Path:
  """The disk with the snapshot of a booted machine, which fits this emulator and these options only."""
  parts = [trees.path(variant.processor.emulator).name, *_options(variant, accelerator)]
  key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]
  return image / f"booted-{key}.qcow2"


def prepare(host: HostPlan, image: Path) -> Path:
  """Boots an image for the first time and keeps the result, unless that is there; answers the disk."""
  trees.ensure(VARIANTS[host.variant].processor.emulator)
  with (image / ".lock").open("w") as lock, Run() as run:
    fcntl.flock(lock, fcntl.LOCK_EX)
    variant = VARIANTS[host.variant]
    kept = booted(image, accelerator(run, variant.processor, image), variant)
    if not kept.is_file():
      began = time.monotonic()
      machine = Machine(run, host, image)
      try:
        machine.boot()
        machine.require_health()
        machine.exec("sync")
        machine.save()
      finally:
        machine.kill()
      shutil.move(machine.own / "disk.qcow2", kept.with_suffix(".new"))
      for old in image.glob("booted-*.qcow2"):
        old.unlink()  # of another emulator; who uses it has a copy
      kept.with_suffix(".new").rename(kept)
      print(f"rig: {host.name} booted in {time.monotonic() - began:.0f} s ({machine.accelerator})", file=sys.stderr,
            flush=True)
  return kept
