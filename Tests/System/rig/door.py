"""This machine's side of the door in a virtual machine: requests and replies over the end of a socket pair."""

import base64
import io
import itertools
import json
import queue
import socket
import threading


class Door:
  """Sends a request and waits for the reply with its number, for several threads at once."""

  def __init__(self, channel: socket.socket):
    self._channel = channel
    self._numbers = itertools.count(1)
    self._waiting: dict[int, queue.SimpleQueue] = {}
    self._lock = threading.Lock()
    self._reader = threading.Thread(target=self._read, daemon=True)
    self._reader.start()

  def call(self, do: str, within: float, **arguments) -> dict:
    """The reply; TimeoutError when none came, ConnectionError when the emulator ended or the request failed inside."""
    number, replies = next(self._numbers), queue.SimpleQueue()
    self._waiting[number] = replies
    try:
      with self._lock:
        self._channel.sendall(b"\n" + json.dumps({"id": number, "do": do, **arguments}).encode() + b"\n")
      reply = replies.get(timeout=within)
    except queue.Empty:
      raise TimeoutError(f"no reply to {do} within {within:g} s") from None
    finally:
      self._waiting.pop(number, None)
    if "error" in reply:
      raise ConnectionError(reply["error"])
    return {key: base64.b64decode(value) if key in ("out", "err") else value for key, value in reply.items()}

  def close(self) -> None:
    """Ends the reader; the emulator must have ended, or sees its end closed."""
    self._channel.shutdown(socket.SHUT_RDWR)
    self._reader.join(timeout=5)
    self._channel.close()

  def _read(self) -> None:
    rest = b""
    try:
      while piece := self._channel.recv(1 << 20):
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
          self._deliver(line)
    except OSError:
      pass
    for replies in list(self._waiting.values()):
      replies.put({"error": "the emulator has ended"})

  def _deliver(self, line: bytes) -> None:
    try:
      reply = json.loads(line)
    except ValueError:
      return  # empty, or cut off when an earlier state was restored
    if replies := self._waiting.get(reply["id"]):
      replies.put(reply)


class Question:
  """As much of a socket as http.client needs: what is sent goes through the door when the answer is wanted."""

  def __init__(self, door: Door, port: int, seconds: float):
    self._door, self._port, self._seconds, self._sent = door, port, seconds, b""

  def sendall(self, content: bytes) -> None:
    self._sent += content

  def makefile(self, _mode: str) -> io.BytesIO:
    sent = base64.b64encode(self._sent).decode()
    reply = self._door.call("ask", 2 * self._seconds, port=self._port, input=sent, seconds=self._seconds)
    return io.BytesIO(reply["out"])

  def close(self) -> None:
    """Nothing: each question has a connection of its own."""
