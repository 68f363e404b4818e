"""The way into the machine: runs what it is told by a virtual serial port, so that the network is the tests' alone.

A request and its reply are a line of JSON each; bytes are base64. Each request has a thread, so that one that hangs
does not lock the others out.
"""

import base64
import json
import os
import socket
import subprocess
import threading
import time
from pathlib import Path

PORT = "rig.door"
LOCK = threading.Lock()


def port() -> str:
  """The device of the port; udev may not have named it yet."""
  while True:
    for name in Path("/sys/class/virtio-ports").glob("*/name"):
      if name.read_text().strip() == PORT and Path("/dev", name.parent.name).exists():
        return f"/dev/{name.parent.name}"
    time.sleep(0.05)


def run(request: dict) -> dict:
  """Runs a command; `timeout` ends it inside."""
  command = ["timeout", "-k", "1", str(request["seconds"]), *request["command"]]
  result = subprocess.run(command, input=base64.b64decode(request["input"]), capture_output=True,
                          env=request["environment"], cwd="/")
  return {"status": result.returncode, "out": text(result.stdout), "err": text(result.stderr)}


def ask(request: dict) -> dict:
  """Sends bytes to a port of the loopback and answers all that comes back until the other side closes."""
  with socket.create_connection(("127.0.0.1", request["port"]), request["seconds"]) as channel:
    channel.sendall(base64.b64decode(request["input"]))
    answer = b""
    while piece := channel.recv(65536):
      answer += piece
  return {"out": text(answer)}


def clock(request: dict) -> dict:
  """Sets the clock, which stood still while the machine was a file."""
  time.clock_settime(time.CLOCK_REALTIME, request["now"])
  return {}


def hello(_request: dict) -> dict:
  return {"boot": Path("/proc/sys/kernel/random/boot_id").read_text().strip()}


def text(content: bytes) -> str:
  return base64.b64encode(content).decode()


def answer(line: bytes, channel: int) -> None:
  request = json.loads(line)
  try:
    reply = {"run": run, "ask": ask, "clock": clock, "hello": hello}[request["do"]](request)
  except OSError as error:
    reply = {"error": str(error)}
  # The line feed before it ends what a restored machine may have left unfinished.
  message = b"\n" + json.dumps({"id": request["id"], **reply}).encode() + b"\n"
  with LOCK:
    while message:
      message = message[os.write(channel, message):]


def main() -> None:
  channel = os.open(port(), os.O_RDWR | os.O_CLOEXEC)
  rest = b""
  while True:
    piece = os.read(channel, 65536)
    if not piece:  # nobody holds the other end
      time.sleep(0.05)
    *lines, rest = (rest + piece).split(b"\n")
    for line in filter(None, lines):
      threading.Thread(target=answer, args=(line, channel), daemon=True).start()


main()
