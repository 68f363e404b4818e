"""What the agent must bear without a word, and how fast and how completely it follows systemd."""

import statistics
import time
from contextlib import contextmanager

import pytest

from rig import wait
from rig.verdicts import by_key, describe, findings

BENCH = "bench.service"
BENCH_UNIT = ("[Unit]\nStartLimitIntervalSec=0\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n"
              "[Install]\nWantedBy=multi-user.target\n")
RESTARTS = f'nodeagent_unit_restarts_total{{unit="{BENCH}"}}'
RECONNECTS = "nodeagent_dbus_reconnects_total"

# Starts and stops a unit and prints how many seconds after systemd's own time stamp /metrics had each change.
FOLLOW = """
import http.client, subprocess, sys, time
unit, times = sys.argv[1], int(sys.argv[2])
series = 'nodeagent_unit_state{unit="%s"} ' % unit
connection = http.client.HTTPConnection("127.0.0.1", 19100)
def state():
  connection.request("GET", "/metrics")
  return next((line.split()[-1] for line in connection.getresponse().read().decode().splitlines()
               if line.startswith(series)), None)
for number in range(times):
  verb, wanted = [("stop", "0"), ("start", "1")][number % 2]
  subprocess.run(["systemctl", "--no-block", verb, unit], check=True)
  limit = time.monotonic() + 5
  while state() != wanted:
    if time.monotonic() > limit:
      sys.exit(f"{verb} is not seen after 5 s")
  seen = time.monotonic()
  stamp = subprocess.run(["systemctl", "show", "-P", "StateChangeTimestampMonotonic", unit], capture_output=True,
                         text=True, check=True).stdout
  print(seen - int(stamp) / 1e6)
  time.sleep(0.3)
"""


def metric(agent, series: str) -> float:
  for line in agent.metrics().splitlines():
    name, _, value = line.rpartition(" ")
    if name == series:
      return float(value)
  return 0


def strange(system, name: str) -> list[dict]:
  """What an agent finds that the table does not accept on a healthy host."""
  from conftest import MATRIX
  return [each for each in findings(system.agents[name].status()).values()
          if not MATRIX.accepts(system.profile(name), each)]


def wait_healthy(system) -> None:
  for name in system.agents:
    wait.until(lambda: not strange(system, name), 30, f"{name} is healthy")


@pytest.fixture(autouse=True)
def healthy(system):
  """No host has a finding of its own before, and none is left."""
  wait_healthy(system)
  yield
  wait_healthy(system)


def watch(system, name: str, seconds: float) -> dict[str, float]:
  """The findings that come up within a time, and for how long each is there."""
  lasted: dict[str, float] = {}
  before = time.monotonic()
  end = before + seconds
  while (now := time.monotonic()) < end:
    for each in strange(system, name):
      lasted[f"{each['check']}[{each['subject']}]"] = lasted.get(f"{each['check']}[{each['subject']}]", 0) + now - before
    before = now
    time.sleep(wait.INTERVAL)
  return lasted


@contextmanager
def bench(system, name: str):
  """A trivial unit that the agent of a host watches; enabled, so that systemd does not forget it when it stops."""
  guest, agent = system.guests[name], system.agents[name]
  guest.write(f"/etc/systemd/system/{BENCH}", BENCH_UNIT)
  guest.write("/etc/nodeagent/nodeagent.yaml", f"checks:\n  units.state: {{watch: [{BENCH}]}}\n")
  try:
    guest.shell(f"systemctl daemon-reload && systemctl enable --now --quiet {BENCH} && systemctl restart nodeagent.service")
    agent.wait_ready()
    yield guest, agent
  finally:
    guest.shell(f"systemctl disable --now --quiet {BENCH}; rm -f /etc/systemd/system/{BENCH} /etc/nodeagent/nodeagent.yaml; "
                "systemctl daemon-reload && systemctl restart nodeagent.service")
    agent.wait_ready()


def test_kubelet_that_has_not_joined_is_not_reported(system):
  guest, agent = system.guests["5825u-002"], system.agents["5825u-002"]
  wait.until(lambda: int(guest.exec("systemctl", "show", "-P", "NRestarts", "kubelet.service")) >= 1, 15,
             "the kubelet ends and is started again, as it must before joining")
  said = [each for each in by_key(agent.status()).values()
          if each["check"].startswith("kubelet.") or each["subject"] == "kubelet.service"]
  assert {each["state"] for each in said} == {"skipped"}, describe(said)
  assert all("not joined yet" in each["summary"] for each in said), describe(said)


@pytest.mark.parametrize("name", ["5825u-001", "raspberrry-001"])
def test_a_kubelet_that_follows_crio_may_name_another_driver(system, name):
  guest, agent = system.guests[name], system.agents[name]
  guest.shell("sed -i 's/^cgroupDriver: .*/cgroupDriver: cgroupfs/' /var/lib/kubelet/config.yaml")
  try:
    def told():
      assert not strange(system, name), describe(strange(system, name))
      verdict = by_key(agent.status())["crio.cgroup-driver", ""]
      return verdict["state"] == "ok" and "follows CRI-O (systemd); its file says cgroupfs" in verdict["summary"]
    wait.until(told, 25, "it is told, and is no finding")
  finally:
    guest.shell("sed -i 's/^cgroupDriver: .*/cgroupDriver: systemd/' /var/lib/kubelet/config.yaml")


@pytest.mark.parametrize("name", ["nas-001", "n100-004"])
def test_a_restarted_bus_is_joined_again(system, name, figure):
  guest, agent = system.guests[name], system.agents[name]
  before = metric(agent, RECONNECTS)
  guest.shell("systemctl restart dbus.service")
  lasted = watch(system, name, 3)
  assert all(found.startswith(("units.", "agent.sources")) and seconds < 2 * wait.PATIENCE
             for found, seconds in lasted.items()), lasted
  assert metric(agent, RECONNECTS) > before
  guest.shell("systemctl stop haproxy.service")
  try:
    began = time.monotonic()
    wait.until(lambda: by_key(agent.status())["units.state", "haproxy.service"]["state"] == "failing", 3,
               "what happens next is heard")
    figure(f"{name}: {lasted or 'nothing'} bad, next fault heard in {time.monotonic() - began:.2f} s")
  finally:
    guest.shell("systemctl start haproxy.service")


@pytest.mark.parametrize("name", ["nas-001", "n100-004"])
@pytest.mark.parametrize("verb", ["daemon-reexec", "daemon-reload"])
def test_systemd_anew_is_nothing_to_speak_of(system, name, verb):
  system.guests[name].shell(f"systemctl {verb}")
  lasted = watch(system, name, 3)
  # A question that was on its way when systemd left the bus has no answer; the next one, a moment later, has.
  assert all(found.startswith("units.") and seconds < 0.5 * wait.PATIENCE for found, seconds in lasted.items()), lasted


@pytest.mark.parametrize("name", ["nas-001", "n100-004"])
def test_a_change_of_state_is_soon_in_the_metrics(system, name, figure):
  with bench(system, name) as (guest, _):
    delays = [float(line) for line in guest.exec("python3", "-c", FOLLOW, BENCH, "50", seconds=120).split()]
  figure(f"{name}: state change to /metrics: median {statistics.median(delays) * 1000:.0f} ms, "
         f"longest {max(delays) * 1000:.0f} ms of {len(delays)}")
  assert len(delays) == 50


@pytest.mark.parametrize("name", ["nas-001", "n100-004"])
def test_none_of_a_thousand_restarts_is_lost(system, name, figure):
  def memory() -> int:
    fields = guest.shell("grep RssAnon /proc/$(systemctl show -P MainPID nodeagent.service)/status").split()
    return int(fields[1])

  with bench(system, name) as (guest, agent):
    restart = "i=0; while [ $i -lt {} ]; do systemctl restart " + BENCH + "; i=$((i+1)); done"
    guest.shell(restart.format(100), seconds=60)  # the first ones fill caches
    wait.until(lambda: metric(agent, RESTARTS) == 100, 5, "a hundred restarts are counted")
    before = memory()
    began = time.monotonic()
    guest.shell(restart.format(1000), seconds=300)
    took = time.monotonic() - began
    wait.until(lambda: metric(agent, RESTARTS) >= 1100, 5, f"all are counted, of which {metric(agent, RESTARTS):g}")
    assert metric(agent, RESTARTS) == 1100
    grown = memory() - before
  figure(f"{name}: 1000 restarts in {took:.1f} s, memory {grown:+d} kB of {before}")
  assert grown < 4096
