"""The agent inside a guest: its HTTP answers, its doctor, and whether it is still the same process."""

import http.client
import json

from rig import wait
from rig.host import Host

PORT = 19100
UNIT = "nodeagent.service"
READY_SECONDS = 20


class Agent:
  """Asks the agent of one guest; every answer comes over the guest's own loopback."""

  def __init__(self, guest: Host):
    self.guest = guest

  def get(self, path: str) -> tuple[int, str]:
    """Status and body of a GET."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT)
    connection.sock = self.guest.connect(PORT)
    try:
      connection.request("GET", path, headers={"Connection": "close"})
      response = connection.getresponse()
      return response.status, response.read().decode()
    finally:
      connection.close()

  def status(self) -> dict:
    """The JSON report from the last state."""
    code, body = self.get("/status")
    if code != 200:
      raise RuntimeError(f"{self.guest.name}: /status answers {code}: {body[:200]}")
    return json.loads(body)

  def metrics(self) -> str:
    """The exposition, as Prometheus would read it."""
    code, body = self.get("/metrics")
    if code != 200:
      raise RuntimeError(f"{self.guest.name}: /metrics answers {code}: {body[:200]}")
    return body

  def doctor(self, *options: str) -> dict:
    """`nodeagent doctor --output json`, whatever its exit status says about the host."""
    return json.loads(self.guest.exec("/usr/bin/nodeagent", "doctor", "--output", "json", *options, check=False))

  def is_ready(self) -> bool:
    try:
      return self.get("/readyz")[0] == 200
    except (OSError, http.client.HTTPException):
      return False

  def wait_ready(self) -> None:
    """Waits for the first complete round; shows the journal of an agent that does not get there."""
    try:
      wait.until(self.is_ready, READY_SECONDS * self.guest.patience, f"the agent on {self.guest.name} is ready")
    except TimeoutError as error:
      raise TimeoutError(f"{error}\n{self.journal()}") from None

  def foreign_watches(self) -> list[str]:
    """Directories that the daemon watches and that are others than the host's of these names: it hears nothing there."""
    return self.guest.shell(
      f"for each in /proc/$(systemctl show -P MainPID {UNIT})/fd/*; do path=$(readlink $each); "
      "[ -d $each/ ] && [ $(stat -L -c %d:%i $each) != $(stat -c %d:%i $path) ] && echo $path; done; true").split()

  def identity(self) -> dict[str, str]:
    """What changes when the agent dies or is started again."""
    words = self.guest.exec("systemctl", "show", UNIT, "--property=MainPID,InvocationID,ActiveState").split()
    return dict(word.split("=", 1) for word in words)

  def journal(self, lines: int = 30) -> str:
    return self.guest.shell(f"systemctl status --no-pager --lines=0 {UNIT}; "
                            f"journalctl --unit={UNIT} --no-pager --output=short-precise --lines={lines}", check=False)
