"""The image with the DaemonSet's settings on a real host: it sees the same as the package, and says what it may not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import lacking
from rig import container, installed, trees, wait
from rig.agent import Agent
from rig.cluster import ClusterPlan
from rig.layer import Layer
from rig.paths import REPOSITORY
from rig.profiles import build
from rig.run import Run
from rig.verdicts import require_agreement, states


@pytest.fixture(scope="session")
def image(shipped, tmp_path_factory) -> Path:
  if not shutil.which("runc"):
    lacking("program runc is missing (apt-get install runc)")
  if not container.SECCOMP.exists():
    lacking(f"{container.SECCOMP} is missing (apt-get install golang-github-containers-common)")
  folder = tmp_path_factory.mktemp("image")
  return Path(subprocess.run([sys.executable, REPOSITORY / "packaging/image/build", folder, shipped], check=True,
                             capture_output=True, text=True).stdout.split()[-1])


@pytest.fixture(scope="module")
def guest(binary, image):
  """A machine about to join, with CRI-O, and the program for comparison; its services do not run."""
  plan = ClusterPlan.load()
  with Run() as made:
    agent = installed.agent(made.directory / "layers/agent", binary)
    for link in (agent.root / "etc/systemd/system").rglob("nodeagent*"):
      link.unlink()
    node = Layer(made.directory / "layers/node")
    build(node, plan, plan.host("5825u-002"), trees.ensure("bookworm"), Path("/nonexistent"))
    node.write("/etc/nodeagent/nodeagent.yaml", "status: public\n")
    files = Layer(made.directory / "layers/container")
    container.unpack(image, files)
    made.add("node", "bookworm", "192.168.100.112/24", [files.root, node.root, agent.root])
    made.start()
    yield made.guests["node"]


@pytest.fixture
def running(guest):
  container.start(guest, "helper")
  container.start(guest, "nodeagent")
  try:
    wait_ready(guest)
    yield guest
  finally:
    for name in ("nodeagent", "helper"):
      container.stop(guest, name)


def wait_ready(guest) -> None:
  wait.until(Agent(guest).is_ready, 20, f"the container is ready\n{container.log(guest, 'nodeagent')}")


def test_it_sees_what_the_program_on_the_host_sees(running):
  require_agreement(Agent(running))
  own = [each for each in Agent(running).status()["verdicts"] if each["check"] == "agent.privileges"]
  assert {each["state"] for each in own} == {"ok"}, own


def test_it_finds_the_same_faults(running):
  running.write("/run/rig/crio", "hang")
  try:
    wait.until(lambda: states(Agent(running).status()).get(("crio.responding", "")) == "failing", 40, "CRI-O hangs")
    require_agreement(Agent(running))
  finally:
    running.write("/run/rig/crio", "ok")


def test_it_runs_as_its_user_with_two_capabilities(running):
  pid = running.shell("runc state nodeagent | python3 -c 'import json, sys; print(json.load(sys.stdin)[\"pid\"])'").strip()
  status = dict(line.split(":\t", 1) for line in running.read(f"/proc/{pid}/status").splitlines() if ":\t" in line)
  assert status["Uid"].split() == ["65534"] * 4
  assert {int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd")} == {1 << 2 | 1 << 13}


def test_without_the_helper_the_checks_that_need_it_are_unknown(guest):
  container.start(guest, "nodeagent")
  try:
    wait_ready(guest)
    verdict = next(each for each in Agent(guest).status()["verdicts"] if each["check"] == "crio.responding")
    assert verdict["state"] == "unknown" and "helper" in verdict["summary"], verdict
  finally:
    container.stop(guest, "nodeagent")


def test_without_capabilities_it_starts_and_says_what_it_lacks(guest):
  guest.shell("install -d -m 700 /etc/keepalived; install -m 600 /dev/null /etc/keepalived/keepalived.conf")
  container.start(guest, "nodeagent", without=frozenset({"NET_RAW", "DAC_READ_SEARCH"}))
  try:
    wait_ready(guest)
    own = [each["summary"] for each in Agent(guest).status()["verdicts"]
           if each["check"] == "agent.privileges" and each["state"] == "warning"]
    assert any("/etc/keepalived/keepalived.conf: permission denied" in line for line in own), own
  finally:
    container.stop(guest, "nodeagent")
    guest.shell("rm -r /etc/keepalived")


def test_without_the_system_bus_units_are_unknown(guest):
  guest.shell("systemctl stop dbus.service dbus.socket; mv /run/dbus /run/dbus.kept")
  container.start(guest, "nodeagent")
  try:
    wait_ready(guest)
    units = {each["state"] for each in Agent(guest).status()["verdicts"] if each["check"] == "units.state"}
    assert units == {"unknown"}
  finally:
    container.stop(guest, "nodeagent")
    guest.shell("mv /run/dbus.kept /run/dbus; systemctl start dbus.socket dbus.service")
