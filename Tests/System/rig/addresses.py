"""What the tests of addresses share: the agents' settings, speakers, and hosts without systemd on the same bridge."""

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from rig import network, processes, wait
from rig.paths import PAYLOAD

SETTINGS = "/etc/nodeagent/nodeagent.yaml"
INGRESS, SERVICE = "192.168.100.240", "192.168.100.241"
_numbers = count()


def settings(interval: str | None = None, endpoint: str | None = None, also_in_use: str | None = None) -> str:
  """The addresses of the reference cluster; intervals are the agent's own unless one is given.

  `also_in_use` is an address besides, which makes a pool of its own.
  """
  named = f"  controlPlane: {{endpoint: \"{endpoint}:6443\"}}\n" if endpoint else ""
  pools = ["192.168.100.240-192.168.100.254"] + ([f"{also_in_use}-{also_in_use}"] if also_in_use else [])
  in_use = [SERVICE] + ([also_in_use] if also_in_use else [])
  text = (f"cluster:\n{named}  serviceAddresses:\n    pools: {json.dumps(pools)}\n    inUse: {json.dumps(in_use)}\n"
          f"    ingress: {{address: {INGRESS}}}\n")
  if interval:
    plugins = ("vip", "links", "service-address")
    text += "plugins:\n" + "".join(f"  {name}: {{interval: {interval}}}\n" for name in plugins)
  return text


def configure(system, texts: dict[str, str | None]) -> None:
  """Gives agents other settings, or none, and starts them anew; as many at a time as there are processors."""
  def one(name: str) -> None:
    guest = system.guests[name]
    if (text := texts[name]) is None:
      guest.exec("rm", "-f", SETTINGS)
    else:
      guest.write(SETTINGS, text)
    guest.exec("systemctl", "restart", "nodeagent.service")
    system.agents[name].wait_ready()

  with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
    list(pool.map(one, texts))


@contextmanager
def configured(system, text: str, *names: str):
  """The agents of some hosts, or of all, with these settings; afterwards with none."""
  try:
    configure(system, dict.fromkeys(names or system.guests, text))
    yield
  finally:
    configure(system, dict.fromkeys(names or system.guests))


def speak(guest, *addresses: str) -> None:
  """Starts the stand-in for MetalLB's speaker; it has announced the addresses when this returns."""
  guest.copy_in(PAYLOAD / "speaker", "/run/speaker", 0o755)
  guest.exec("systemd-run", "--quiet", "--collect", "--unit=speaker", "--service-type=notify", "/run/speaker", "eth0",
             *addresses)


def fall_silent(guest) -> None:
  """Ends the stand-in for the speaker."""
  guest.exec("systemctl", "stop", "speaker.service")


def hardware_address(guest, interface: str = "eth0") -> str:
  return guest.read(f"/sys/class/net/{interface}/address").strip()


class Station:
  """A process in a network namespace of its own, on the hosts' bridge; it ends with the block, or with the run.

  Without a guest it is a stranger to the cluster, such as a phone; with one it runs on that guest's files.
  """

  def __init__(self, run, address: str, command: tuple[str, ...] = ("sleep", "infinity"), guest=None):
    self.run, self.address, self.command, self.guest = run, address, command, guest
    self.port = f"station{next(_numbers)}"

  def __enter__(self) -> "Station":
    outer = ["--target", str(self.guest.init), "--mount", "--pid", "--root", "--wd"] if self.guest else [
      "--target", str(self.run.holder), "--mount", "--pid"]
    # The command begins when its wire is there.
    self._outer = subprocess.Popen(
      ["nsenter", *outer, "--", "unshare", "--net", "--", "sh", "-c", 'read -r _go; exec "$@"', "sh", *self.command],
      stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    self.run.ledger.process(self._outer.pid, f"nsenter {self.port}")
    self.pid = processes.only_child(self._outer.pid)
    outside = os.readlink("/proc/self/ns/net"), os.readlink(f"/proc/{self.run.holder}/ns/net")
    own = Path(f"/proc/{self.pid}/ns/net")
    wait.until(lambda: os.readlink(own) not in outside and os.readlink(own) != self._guests(), 5,
               f"{self.port} has a network of its own")
    network.plug_in(self.run.holder, self.pid, self.port, self.address)
    self._outer.stdin.write(b"go\n")
    self._outer.stdin.close()
    return self

  def __exit__(self, *_exception) -> None:
    os.kill(self.pid, 9)
    self._outer.wait(timeout=10)
    network.unplug(self.run.holder, self.port)

  @property
  def is_alive(self) -> bool:
    return self._outer.poll() is None

  def _guests(self) -> str:
    return os.readlink(f"/proc/{self.guest.init}/ns/net") if self.guest else ""
