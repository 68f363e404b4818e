"""A DHCP server for one address (RFC 2131), on the bridge, where a router's would be. No options but those needed."""

import socket
import struct
import threading
from enum import IntEnum

from rig import network

MAGIC = bytes((99, 130, 83, 99))


class Kind(IntEnum):
  """The type of a message."""

  DISCOVER, OFFER, REQUEST, DECLINE, ACK = range(1, 6)


class Server:
  """Serves while the block lasts; `declined` counts the clients that found the address taken."""

  def __init__(self, run, own: str, lease: str):
    self.run, self.own, self.lease = run, own, lease
    self.acknowledged = self.declined = 0
    self._ends = False

  def __enter__(self) -> "Server":
    self._socket = network.inside(self.run.holder, self._open)
    self._thread = threading.Thread(target=self._serve, daemon=True)
    self._thread.start()
    return self

  def __exit__(self, *_exception) -> None:
    self._ends = True
    self._thread.join()
    self._socket.close()

  def _open(self) -> socket.socket:
    opened = socket.socket(type=socket.SOCK_DGRAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, network.BRIDGE.encode())
    opened.bind(("", 67))
    opened.settimeout(0.2)
    return opened

  def _serve(self) -> None:
    while not self._ends:
      try:
        question = self._socket.recv(2048)
      except TimeoutError:
        continue
      match _kind(question):
        case Kind.DISCOVER:
          self._answer(question, Kind.OFFER)
        case Kind.REQUEST:
          self._answer(question, Kind.ACK)
          self.acknowledged += 1
        case Kind.DECLINE:
          self.declined += 1

  def _answer(self, question: bytes, kind: Kind) -> None:
    lease, own = socket.inet_aton(self.lease), socket.inet_aton(self.own)
    head = struct.pack("!BBBB4sHH4s4s4s4s", 2, 1, 6, 0, question[4:8], 0, 0x8000, bytes(4), lease, own, bytes(4))
    options = b"".join(struct.pack("!BB", code, len(value)) + value for code, value in (
      (53, bytes((kind,))), (54, own), (51, struct.pack("!I", 3600)), (1, bytes((255, 255, 255, 0)))))
    self._socket.sendto(head + question[28:44] + bytes(192) + MAGIC + options + b"\xff", ("255.255.255.255", 68))


def _kind(message: bytes) -> int | None:
  """Option 53 of a message."""
  place = 240
  while place + 2 < len(message) and message[place] != 255:
    if message[place] == 0:
      place += 1
      continue
    if message[place] == 53:
      return message[place + 2]
    place += 2 + message[place + 1]
  return None
