"""The agent on a node in trouble: dead file systems, a log that nobody reads. It stays ready, tells what it cannot see, and
ends when it is told to."""

import contextlib
import time

import pytest

from rig import installed, wait
from rig.agent import UNIT, Agent

# Mounts a FUSE file system that agrees on the protocol and answers nothing else: a call on it waits until it is killed.
DEAD = """
import ctypes, os, struct, sys, time
libc = ctypes.CDLL(None, use_errno=True)
os.path.exists("/dev/fuse") or os.mknod("/dev/fuse", 0o20600, os.makedev(10, 229))
device = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other"
if libc.mount(b"dead", sys.argv[1].encode(), b"fuse", 0, options.encode()): raise OSError(ctypes.get_errno(), "mount")
_, _, unique = struct.unpack_from("=IIQ", os.read(device, 1 << 17))
os.write(device, struct.pack("=IiQIIIIHHII36x", 80, 0, unique, 7, 31, 0, 0, 0, 0, 4096, 1))
time.sleep(600)
"""
# Fills the queue of journald's socket.
FILL = """
import socket
while True:
  one = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
  one.setblocking(False)
  sent = 0
  try:
    while True: sent += one.sendto(b"MESSAGE=full\\n", "/run/systemd/journal/socket")
  except BlockingIOError: pass
  if not sent: break
  keep = globals().setdefault("kept", []) + [one]
  kept = keep
"""
DROP_IN = f"/etc/systemd/system/{UNIT}.d/rig.conf"


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def agent(binary, request):
  """A machine about to join, of each release."""
  with installed.candidate(binary, request.param) as guest:
    yield Agent(guest)


@contextlib.contextmanager
def mounted_dead(agent: Agent, path: str):
  """A path that is dead; the agent does not run."""
  # A kubelet that starts meanwhile would hang there too, and what systemd orders behind it.
  agent.guest.shell(f"systemctl stop {UNIT} kubelet.service; mkdir -p {path}", check=False)
  agent.guest.exec("systemd-run", "--quiet", "--unit=dead", "python3", "-c", DEAD, path)
  try:
    wait.until(lambda: f" {path} fuse " in agent.guest.exec("cat", "/proc/mounts"), 10, "it is mounted")
    wait.until(lambda: "No jobs" in agent.guest.exec("systemctl", "list-jobs"), 10, "systemd has taken it in")
    yield
  finally:
    agent.guest.shell(f"umount -f -l {path}; systemctl stop dead.service; systemctl stop {UNIT}", check=False)


@pytest.fixture
def dead(agent, request):
  """A path that is dead while the agent starts."""
  with mounted_dead(agent, request.param):
    agent.guest.exec("systemctl", "start", UNIT, seconds=60)
    yield request.param


def property_of(agent: Agent, name: str) -> str:
  return agent.guest.exec("systemctl", "show", "--value", f"--property={name}", UNIT).strip()


def states(agent: Agent) -> dict[str, set[str]]:
  """The states of every plugin's verdicts."""
  found: dict[str, set[str]] = {}
  for each in agent.status()["verdicts"]:
    found.setdefault(each["plugin"], set()).add(each["state"])
  return found


def stops_soon(agent: Agent) -> None:
  began = time.monotonic()
  agent.guest.exec("systemctl", "stop", UNIT)
  assert time.monotonic() - began < 2 * wait.PATIENCE
  assert property_of(agent, "Result") == "success"


@pytest.mark.parametrize("dead", ["/var/lib/kubelet", "/usr/local/lib/modprobe.d"], indirect=True)
def test_a_dead_file_system_hides_only_what_lies_on_it(agent, dead):
  wait.until(agent.is_ready, 15, "the agent is ready")

  def told() -> list[str]:
    return [each["summary"] for each in agent.status()["verdicts"]
            if each["check"] == "agent.sources" and each["state"] == "warning"]
  assert dead in wait.until(told, 90, "agent.sources names it")[0]
  # What needs nothing of it is seen.
  seen = states(agent)
  for plugin in ("swap", "modules", "links", "time", "agent"):
    assert seen[plugin] != {"unknown"}, f"{plugin}: {seen[plugin]}"
  assert agent.get("/healthz")[0] == 200
  assert property_of(agent, "NRestarts") == "0"
  stops_soon(agent)


@pytest.mark.parametrize("dead", ["/var/lib/kubelet"], indirect=True)
def test_a_file_system_that_answers_again_is_read_again(agent, dead):
  def held() -> bool:
    return any(each["check"] == "agent.sources" and dead in each["summary"] and "does not answer" in each["summary"]
               for each in agent.status()["verdicts"])
  wait.until(agent.is_ready, 15, "the agent is ready")
  wait.until(held, 90, "it is told")
  agent.guest.shell(f"umount -f -l {dead}; systemctl stop dead.service", check=False)
  # The unit's own mount namespace has the mount as well; who waits there gets an error when its server is gone.
  wait.until(lambda: not held(), 90, "it is read again")
  assert property_of(agent, "NRestarts") == "0"


def test_the_time_that_doctor_is_given_holds_for_its_configuration_too(agent):
  with mounted_dead(agent, "/etc/nodeagent"):
    began = time.monotonic()
    said = agent.guest.shell("nodeagent doctor --timeout 1 2>&1; echo $?", seconds=30, check=False)
    assert time.monotonic() - began < 2 * wait.PATIENCE
  assert "could not be read within 1 s" in said and said.split()[-1] == "3"


def test_a_journal_that_takes_nothing_holds_nothing_up(agent):
  agent.guest.exec("systemctl", "restart", UNIT, seconds=60)
  wait.until(agent.is_ready, 15, "the agent is ready")
  identity = agent.identity()
  agent.guest.exec("systemctl", "kill", "--signal=STOP", "systemd-journald.service")
  try:
    agent.guest.exec("python3", "-c", FILL)
    pid = identity["MainPID"]
    for _ in range(5):
      agent.guest.exec("kill", "-HUP", pid)
      time.sleep(0.2)
    began = time.monotonic()
    assert agent.get("/healthz")[0] == 200
    assert time.monotonic() - began < 1 * wait.PATIENCE
    assert agent.identity() == identity
    stops_soon(agent)
  finally:
    agent.guest.exec("systemctl", "kill", "--signal=CONT", "systemd-journald.service")


def test_a_pipe_that_nobody_reads_holds_nothing_up(agent):
  agent.guest.write(DROP_IN, "[Service]\nExecStart=\nExecStart=/bin/sh -c 'exec /usr/bin/nodeagent run --log-level debug "
                             "2>/run/nodeagent-full'\nExecStartPre=+/bin/sh -c 'rm -f /run/nodeagent-full; "
                             "mkfifo -m 666 /run/nodeagent-full'\nReadWritePaths=/run\n")
  try:
    agent.guest.exec("systemctl", "daemon-reload")
    # Opens the pipe for both, fills it, and reads nothing.
    agent.guest.exec("systemctl", "stop", UNIT)
    agent.guest.exec("systemctl", "start", "--no-block", UNIT)
    agent.guest.exec("systemd-run", "--quiet", "--unit=holder", "python3", "-c", """
import os, time
while not os.path.exists("/run/nodeagent-full"): time.sleep(0.1)
pipe = os.open("/run/nodeagent-full", os.O_RDWR | os.O_NONBLOCK)
try:
  while True: os.write(pipe, b"x" * 4096)
except BlockingIOError: pass
time.sleep(600)
""")
    wait.until(agent.is_ready, 30, "the agent is ready")
    dropped = "nodeagent_log_dropped_total"
    pid = agent.identity()["MainPID"]
    for _ in range(3):
      agent.guest.exec("kill", "-HUP", pid)
    assert agent.get("/healthz")[0] == 200 and dropped in agent.metrics()
    stops_soon(agent)
  finally:
    agent.guest.shell(f"systemctl stop holder.service; rm -f {DROP_IN}; systemctl daemon-reload; "
                      f"systemctl restart {UNIT}", check=False)
