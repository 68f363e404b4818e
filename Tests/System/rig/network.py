"""The wires between the hosts of a run: a bridge in a network namespace of its own, a veth pair each, no way out."""

import ctypes
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

BRIDGE = "rig0"
CLONE_NEWNET = 0x40000000
SO_NETNS_COOKIE = 71
_libc = ctypes.CDLL(None, use_errno=True)


def make_bridge(holder: int) -> None:
  """Makes the bridge in the network namespace of the process `holder`; both end together."""
  # No spanning tree and no multicast snooping: VRRP adverts pass from the first second.
  _ip(holder, "link set lo up", f"link add {BRIDGE} type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
      f"link set {BRIDGE} up")


def plug_in(holder: int, guest: int, port: str, address: str, gateway: str | None = None) -> None:
  """Joins the network namespace of `guest` to the bridge; its end is eth0 with an address such as 192.168.100.1/24."""
  add_wire(holder, guest, port, "eth0")
  route = [f"route add default via {gateway}"] if gateway else []
  _ip(guest, "link set lo up", f"address add {address} dev eth0", "link set eth0 up", *route)


def add_wire(holder: int, guest: int, port: str, interface: str) -> None:
  """Joins the network namespace of `guest` to the bridge by one more interface, which is down and has no address."""
  _ip(holder, f"link add {port} type veth peer name {interface} netns {guest}", f"link set {port} master {BRIDGE} up")


def stand_in_for_router(holder: int, address: str) -> None:
  """Gives the bridge the address of the hosts' gateway: it answers ARP as a router does, and passes nothing on."""
  _ip(holder, f"address add {address} dev {BRIDGE}")


def unplug(holder: int, port: str) -> None:
  """Removes the wire of a host that has stopped, if it is still there."""
  subprocess.run(["nsenter", "--target", str(holder), "--net", "ip", "link", "delete", port], capture_output=True)


def _ip(pid: int, *lines: str) -> None:
  # Only the network namespace is entered: `netns PID` is a pid as this process counts.
  command = ["nsenter", "--target", str(pid), "--net", "ip", "-batch", "-"]
  result = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True)
  if result.returncode != 0:
    raise RuntimeError(f"ip in the namespace of {pid}: {result.stderr.strip()}")


def connect(pid: int, address: tuple[str, int], timeout: float) -> socket.socket:
  """A TCP connection made inside the network namespace of `pid`."""
  return inside(pid, lambda: socket.create_connection(address, timeout))


def cookie(pid: int) -> int:
  """The number of the network namespace of `pid`, which the kernel gives to no other one until it is booted anew."""
  def ask() -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_of_it:
      return any_of_it.getsockopt(socket.SOL_SOCKET, SO_NETNS_COOKIE, 8)

  return int.from_bytes(inside(pid, ask), sys.byteorder)


def inside(pid: int, make):
  """What `make` answers inside the network namespace of `pid`; a socket stays where it was made."""
  made: list = []
  # A thread of its own: setns moves one thread, and this one ends without moving back.
  thread = threading.Thread(target=_make_inside, args=(pid, make, made))
  thread.start()
  thread.join()
  if isinstance(made[0], Exception):
    raise made[0]
  return made[0]


def _make_inside(pid: int, make, made: list) -> None:
  try:
    handle = os.open(Path(f"/proc/{pid}/ns/net"), os.O_RDONLY | os.O_CLOEXEC)
    try:
      if _libc.setns(handle, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
    finally:
      os.close(handle)
    made.append(make())
  except Exception as error:  # handed to the thread that asked
    made.append(error)
