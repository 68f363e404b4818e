"""What the servers that stand in for CRI-O and the kubelet share: a mode, and HTTP that can fail or hang.

The mode is the word in /run/rig/NAME: ok (also when there is no file), fail (status 500), hang (connections are accepted
and never answered), crash (the process ends with status 1).
"""

import os
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path


def mode(name: str) -> str:
  try:
    return Path(f"/run/rig/{name}").read_text().strip()
  except FileNotFoundError:
    return "ok"


def handler(name: str, pages: dict[str, tuple[str, str]]) -> type[BaseHTTPRequestHandler]:
  """A request handler that serves path → (content type, text) as the mode of `name` allows."""

  class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
      while mode(name) == "hang":
        time.sleep(0.05)
      kind, text = pages.get(self.path, ("text/plain", "404 page not found\n"))
      status = 500 if mode(name) == "fail" else 200 if self.path in pages else 404
      body = text.encode()
      self.send_response(status)
      self.send_header("Content-Type", kind)
      self.send_header("Content-Length", str(len(body)))
      self.end_headers()
      self.wfile.write(body)

    def address_string(self) -> str:
      return "local"

    def log_message(self, *_arguments) -> None:
      """Says nothing: the journal is for the host's own messages."""

  return Handler


def serve(name: str, server) -> None:
  """Serves until the mode says crash."""
  threading.Thread(target=server.serve_forever, daemon=True).start()
  notify("READY=1")
  while mode(name) != "crash":
    time.sleep(0.25)  # seldom enough for an emulated processor
  os._exit(1)


def notify(message: str) -> None:
  """Tells systemd, when it asked to be told (sd_notify(3))."""
  if target := os.environ.get("NOTIFY_SOCKET"):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
      channel.sendto(message.encode(), "\0" + target[1:] if target[0] == "@" else target)
