"""The hosts themselves: real, apart from the machine and from other runs, and gone afterwards."""

import http.client
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rig import emulator, ledger, network, processes, trees, wait
from rig.cluster import ClusterPlan
from rig.layer import Layer
from rig.paths import SYSTEM
from rig.processor import X86
from rig.profiles import build
from rig.run import Run

pytestmark = pytest.mark.usefixtures("machine")

# A run in a process of its own, which says what it made and then waits to be told to end.
OTHER_RUN = """
import sys
from rig.run import Run
with Run() as run:
  run.add("a", "trixie", "192.168.100.1/24", [])
  run.add("b", "bookworm", "192.168.100.2/24", [])
  run.start()
  print(run.ledger.id, flush=True)
  sys.stdin.read()
"""


@pytest.fixture(scope="module")
def run():
  """A candidate of each release: bare Debian with the packages of a node."""
  plan = ClusterPlan.load()
  with Run() as made:
    for name, suite, address in (("new", "trixie", "192.168.100.112"), ("old", "bookworm", "192.168.100.101")):
      layer = Layer(made.directory / "layers" / name)
      build(layer, plan, plan.host("5825u-002"), trees.ensure(suite), Path("/nonexistent"))
      made.add(name, suite, f"{address}/24", [layer.root])
    made.start()
    yield made


@pytest.fixture
def other_run():
  """The run of another process: (process, ledger)."""
  process = subprocess.Popen([sys.executable, "-c", OTHER_RUN], cwd=SYSTEM, text=True,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
  name = process.stdout.readline().strip()
  assert name, "the other run did not start"
  yield process, next(each for each in ledger.ledgers() if each.id == name)
  process.stdin.close()
  process.wait(timeout=20)


def traces(made: ledger.Ledger) -> list[str]:
  """What is on the machine of the things in a ledger."""
  found = [f"process {each}" for each in made.entries("process") if each["role"] != "owner" and ledger.is_alive(each)]
  cookies = {each["cookie"] for each in made.entries("netns")}
  spaces: dict[int, int] = {}  # a process of each network namespace, by inode
  for link in Path("/proc").glob("[0-9]*/ns/net"):
    try:
      spaces.setdefault(os.stat(link).st_ino, int(link.parts[2]))
    except OSError:
      continue  # the process has ended meanwhile
  for pid in spaces.values():
    try:
      if network.cookie(pid) in cookies:
        found.append(f"network namespace of {pid}")
    except OSError:
      continue
  found += [f"cgroup {each['path']}" for each in made.entries("cgroup") if Path(each["path"]).exists()]
  found += [line for line in Path("/proc/self/mountinfo").read_text().splitlines() if made.id in line]
  return found


def test_guest_runs_the_systemd_of_its_release(run):
  assert run.guests["new"].systemd_version() == "257"
  assert run.guests["old"].systemd_version() == "252"


@pytest.mark.parametrize("name", ["new", "old"])
def test_guest_boots_without_a_failed_unit(run, name):
  assert run.guests[name].exec("systemctl", "is-system-running", "--wait", check=False) == "running\n"


def test_guests_reach_each_other_and_nothing_else(run):
  guest = run.guests["new"]
  connect = "import socket; socket.create_connection(('{}', {}), 2)"
  refused = guest.shell(f"python3 -c \"{connect.format('192.168.100.101', 9)}\" 2>&1", check=False)
  outside = guest.shell(f"python3 -c \"{connect.format('192.0.2.1', 9)}\" 2>&1", check=False)
  assert "Connection refused" in refused
  assert "Network is unreachable" in outside


def test_guest_changes_its_own_network_and_no_setting_of_the_machine(run):
  forwarding, panic = Path("/proc/sys/net/ipv4/ip_forward"), Path("/proc/sys/kernel/panic")
  before = forwarding.read_text(), panic.read_text()
  guest = run.guests["new"]
  for value in ("0", "1"):
    guest.shell(f"echo {value} > /proc/sys/net/ipv4/ip_forward")
    assert guest.read("/proc/sys/net/ipv4/ip_forward").strip() == value
    assert forwarding.read_text() == before[0]
  assert "Read-only file system" in guest.shell("sh -c 'echo 7 > /proc/sys/kernel/panic' 2>&1", check=False)
  assert panic.read_text() == before[1]


def test_restart_gives_a_new_kernel_network_and_keeps_the_files(run):
  guest = run.guests["old"]
  guest.write("/etc/kept", "yes\n")
  guest.write("/run/not-kept", "yes\n")
  guest.shell("rm /etc/sysctl.d/k8s.conf; sysctl -qw net.ipv4.ip_forward=1")
  boot = guest.exec("systemctl", "show", "--property=UserspaceTimestampMonotonic")
  guest.restart()
  assert guest.exec("systemctl", "show", "--property=UserspaceTimestampMonotonic") != boot
  assert guest.read("/etc/kept") == "yes\n"
  assert guest.shell("ls /run/not-kept 2>/dev/null", check=False) == ""
  assert guest.read("/proc/sys/net/ipv4/ip_forward") == "0\n"


def test_files_go_in_and_out_unchanged(run, tmp_path):
  content = bytes(range(256)) * 1000
  (tmp_path / "in").write_bytes(content)
  run.guests["new"].copy_in(tmp_path / "in", "/root/file", 0o640)
  run.guests["new"].copy_out("/root/file", tmp_path / "out")
  assert (tmp_path / "out").read_bytes() == content
  assert run.guests["new"].exec("stat", "--format=%a", "/root/file") == "640\n"


def test_command_that_does_not_end_is_ended_inside(run):
  with pytest.raises(RuntimeError, match="status 124"):
    run.guests["new"].exec("sleep", "1234", seconds=0.2)
  assert run.guests["new"].shell("pgrep -fx 'sleep 1234'", check=False) == ""


def test_process_that_ends_without_a_child_is_waited_for_no_longer():
  with subprocess.Popen(["true"]) as process, pytest.raises(ChildProcessError):
    processes.only_child(process.pid, seconds=60)


def test_an_emulator_that_ends_at_once_means_that_there_is_no_kvm(run, monkeypatch, tmp_path):
  monkeypatch.setattr(emulator, "BUILD", tmp_path)
  monkeypatch.setattr(emulator, "_kvm_opens", lambda: True)
  monkeypatch.setattr(emulator, "entered", lambda *_: ["true"])
  monkeypatch.setattr(emulator.platform, "machine", lambda: X86.name)
  assert emulator.accelerator(run, X86, tmp_path) == emulator.EMULATED


# ---- CRI-O's stand-in ----

ASK = """import http.client, socket
c = http.client.HTTPConnection("local"); c.sock = socket.socket(socket.AF_UNIX); c.sock.settimeout(0.5)
try:
  c.sock.connect("/run/crio/crio.sock"); c.request("GET", "/info"); print(c.getresponse().status)
except OSError as error:
  print(type(error).__name__)
"""


@pytest.mark.parametrize(("mode", "answer"), [("ok", "200"), ("fail", "500"), ("hang", "TimeoutError")])
def test_runtime_answers_as_it_is_told(run, mode, answer):
  guest = run.guests["new"]
  guest.write("/run/rig/crio", mode)
  assert guest.exec("python3", "-c", ASK).strip() == answer
  guest.exec("rm", "/run/rig/crio")
  assert guest.exec("stat", "--format=%a %U", "/run/crio/crio.sock") == "660 root\n"


def test_runtime_that_crashes_is_seen_by_systemd(run):
  guest = run.guests["new"]
  guest.write("/run/rig/crio", "crash")
  wait.until(lambda: guest.exec("systemctl", "show", "-P", "Result", "crio.service") == "exit-code\n", 5, "crio died")
  guest.exec("rm", "/run/rig/crio")
  guest.exec("systemctl", "restart", "crio.service")
  assert guest.exec("systemctl", "is-active", "crio.service") == "active\n"


def test_kubelet_that_has_not_joined_loops(run):
  restart = run.guests["new"].exec("systemctl", "show", "-P", "RestartUSec", "kubelet.service")
  assert restart == "10s\n"
  assert "failed to load kubelet config file" in run.guests["new"].exec("journalctl", "-u", "kubelet.service")


def test_connection_is_made_inside_the_guest(run):
  run.guests["new"].shell("systemd-run --unit=web python3 -m http.server --bind 127.0.0.1 8000 --directory /etc")

  def get(name: str) -> bytes | None:
    try:
      connection = http.client.HTTPConnection("127.0.0.1", 8000)
      connection.sock = run.guests[name].connect(8000)
      connection.request("GET", "/hostname")
      return connection.getresponse().read()
    except ConnectionError:
      return None

  assert wait.until(lambda: get("new"), 5, "the server in the guest answers") == b"5825u-002\n"
  assert get("old") is None


# ---- leaving nothing behind ----

def test_stopped_run_leaves_nothing(other_run, tmp_path):
  process, made = other_run
  entries = traces(made)
  assert any("process" in each for each in entries) and any("cgroup" in each for each in entries)
  (tmp_path / made.id).mkdir()
  copy = ledger.Ledger(tmp_path / made.id)
  copy.file.write_text(made.file.read_text())
  process.stdin.close()
  process.wait(timeout=20)
  assert traces(copy) == []
  assert not made.directory.exists()


def test_killed_run_leaves_nothing_after_the_next(other_run, tmp_path):
  process, made = other_run
  (tmp_path / made.id).mkdir()
  copy = ledger.Ledger(tmp_path / made.id)
  copy.file.write_text(made.file.read_text())
  assert traces(copy)
  process.send_signal(signal.SIGKILL)
  process.wait()
  with Run():
    assert traces(copy) == []
  assert not made.directory.exists()


def test_runs_do_not_disturb_each_other(run, other_run):
  process, made = other_run
  began = ledger.start_time(run.guests["new"].init)
  with Run() as third:
    twin = third.add("a", "trixie", "192.168.100.1/24", [])
    third.start()
    twin.shell("sysctl -qw net.ipv4.ip_forward=1")
    assert traces(made), "a run that starts leaves those alone whose owner lives"
  assert traces(made), "a run that ends takes only its own things along"
  assert ledger.start_time(run.guests["new"].init) == began
  assert process.poll() is None


def test_only_the_recorded_process_is_killed(monkeypatch, tmp_path):
  monkeypatch.setattr(ledger, "RUNS", tmp_path)
  dead = ledger.Ledger.create()
  mine = subprocess.Popen(["sleep", "60"])
  recorded = subprocess.Popen(["sleep", "60"])
  dead.process(recorded.pid, "guest")
  dead.process(mine.pid, "guest")
  # The owner has ended, and the second pid belongs to a process that started at another time than the recorded one.
  lines = [line.replace(f'"start": {ledger.start_time(mine.pid)}', '"start": 1') if f'"pid": {mine.pid}' in line
           else line for line in dead.file.read_text().splitlines()]
  lines[0] = lines[0].replace(f'"pid": {os.getpid()}', '"pid": 999999999')
  dead.file.write_text("\n".join(lines) + '\n{"kind": "cut sh')
  try:
    assert ledger.clean_dead_runs() == [dead.id]
    assert recorded.wait(timeout=5) == -signal.SIGKILL
    assert mine.poll() is None
  finally:
    mine.kill()
    mine.wait()
  assert ledger.ledgers() == []


def test_runs_that_begin_together_clean_a_dead_one_once(other_run):
  process, made = other_run
  process.send_signal(signal.SIGKILL)
  process.wait()
  with ThreadPoolExecutor(4) as pool:
    cleaned = [name for names in pool.map(lambda _: ledger.clean_dead_runs(), range(8)) for name in names]
  # Not at all when another session of these tests was quicker.
  assert cleaned.count(made.id) <= 1
  assert not made.directory.exists()
