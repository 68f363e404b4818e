"""An SNTP server (RFC 4330) that tells the machine's own time: who asks it is synchronised."""

import socket
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, "/usr/lib/rig")
import stand_in

ERA = 2208988800  # seconds from 1900 to 1970
FORMAT = "!BBbb11I"


def stamp(seconds: float) -> tuple[int, int]:
  return int(seconds) + ERA, int(seconds % 1 * 2**32)


def main() -> None:
  with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
    channel.bind((Path("/etc/rig/gateway").read_text().split("/")[0], 123))
    stand_in.notify("READY=1")
    while True:
      question, client = channel.recvfrom(512)
      if len(question) < 48:
        continue
      came = stamp(time.time())
      # Version 4, mode server; stratum 2, its source any address; what the client sent comes back as the origin.
      originate = struct.unpack("!2I", question[40:48])
      answer = struct.pack(FORMAT, 0x24, 2, question[2], -20, 0, 0, 0xC0000201, *came, *originate, *came,
                           *stamp(time.time()))
      channel.sendto(answer, client)


main()
