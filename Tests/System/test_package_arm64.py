"""The Debian package for ARM on a host with such a processor: its own apt installs, upgrades, removes and purges it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import MACHINE_PLAN, in_full
from rig import container, image, machine, package
from rig.agent import UNIT, Agent
from rig.machine import Machine
from rig.package import HELPER, INBOX, SETTINGS, VERSIONS, apt, denied, enabled, install, state, traces, version
from rig.paths import REPOSITORY
from rig.run import Run

HOST = next(host for host in MACHINE_PLAN.hosts if host.variant == "arm64")
# Where the files of the container image are.
ROOT = f"{INBOX}/image"
# Snapshots: without the agent, and with the package of today's version and its agent ready.
BARE, INSTALLED = "bare", "installed"
# What is readable for root only, on a worker as on any other.
SECRET = "/etc/keepalived/keepalived.conf"

pytestmark = in_full


@pytest.fixture(scope="module")
def host(emulation, arm_binary, shipped):
  """The host as it is before anyone installs the agent; the packages and the image's files lie in its /tmp."""
  disk = image.ensure(MACHINE_PLAN, HOST)
  machine.prepare(HOST, disk)
  with Run() as run:
    files = package.make(arm_binary, run.directory / "arm64", *VERSIONS, teller=shipped)
    files["foreign"] = package.make(shipped, run.directory / "amd64", "next")["next"]
    inbox = run.directory / "payload" / INBOX.lstrip("/")
    inbox.mkdir(parents=True)
    for name, file in files.items():
      shutil.move(file, inbox / f"{name}.deb")
    command = [sys.executable, REPOSITORY / "packaging/image/build", run.directory / "image", arm_binary]
    made = subprocess.run(command, check=True, capture_output=True, text=True)
    container.files(Path(made.stdout.split()[-1]), "arm64", run.directory / "payload" / ROOT.lstrip("/"))
    host = Machine(run, HOST, disk, run.directory / "payload")
    try:
      host.restore()
      host.unpack()
      # The other tests' host brings them along.
      host.shell("rm /usr/lib/systemd/system/nodeagent* /usr/lib/sysusers.d/nodeagent.conf; userdel nodeagent; "
                 "systemctl daemon-reload")
      host.save(BARE)
      yield host
    finally:
      host.kill()


@pytest.fixture
def clean(host):
  """The host without the agent."""
  host.restore(BARE)
  yield host


@pytest.fixture(scope="module")
def once_installed(host):
  """The same, after it was installed: a snapshot."""
  host.restore(BARE)
  install(host, "new")
  Agent(host).wait_ready()
  host.save(INSTALLED)


@pytest.fixture
def installed(host, once_installed):
  """The host with the package in today's version, and its agent ready."""
  host.restore(INSTALLED)
  Agent(host).wait_ready()
  yield host


def test_one_command_installs_starts_and_answers(clean):
  assert traces(clean) == []
  said = install(clean, "new")
  Agent(clean).wait_ready()
  assert "did not start" not in said
  assert clean.exec("dpkg", "--print-architecture") == "arm64\n"
  assert version(clean) == f"ii {VERSIONS['new']}"
  assert (state(clean), state(clean, HELPER[0])) == ("active", "active")
  assert (enabled(clean, UNIT), enabled(clean, HELPER[0])) == ("enabled", "enabled")
  line = next(line for line in Agent(clean).metrics().splitlines() if line.startswith("nodeagent_build_info{"))
  assert 'arch="aarch64"' in line


def test_the_doctor_works_as_root_and_says_what_a_user_does_not_see(installed):
  installed.shell(f"install -d -m 700 $(dirname {SECRET}) && install -m 600 /dev/null {SECRET}")
  assert denied(Agent(installed).doctor()) == []
  to_user = denied(package.doctor_as_user(installed))
  assert any(f"{SECRET}: permission denied" in line for line in to_user), to_user


def test_an_upgrade_keeps_the_administrator_s_settings_and_a_downgrade_works(installed):
  installed.write(SETTINGS, "status: public\n")
  for name, options in (("next", ()), ("old", ("--allow-downgrades",))):
    before = Agent(installed).identity()
    install(installed, name, *options)
    Agent(installed).wait_ready()
    assert version(installed) == f"ii {VERSIONS[name]}"
    assert installed.read(SETTINGS) == "status: public\n"
    assert Agent(installed).identity()["MainPID"] != before["MainPID"]


def test_the_package_for_another_processor_is_refused_and_the_agent_goes_on(installed):
  before = Agent(installed).identity()
  with pytest.raises(RuntimeError, match="nodeagent"):
    install(installed, "foreign")
  assert version(installed) == f"ii {VERSIONS['new']}"
  assert Agent(installed).identity() == before and Agent(installed).is_ready()


def test_removing_keeps_settings_and_state_and_purging_leaves_nothing(installed):
  installed.shell("echo 1 > /var/lib/nodeagent/state; echo 'status: public' >> " + SETTINGS)
  apt(installed, "remove", "nodeagent")
  assert state(installed) in ("inactive", "failed") and state(installed, HELPER[0]) in ("inactive", "failed")
  assert "status: public" in installed.read(SETTINGS) and installed.read("/var/lib/nodeagent/state") == "1\n"
  assert installed.shell("command -v nodeagent", check=False) == ""
  apt(installed, "purge", "nodeagent")
  assert traces(installed) == []
  assert installed.shell("systemctl list-unit-files --no-legend 'nodeagent*'; systemctl --failed --no-legend",
                         check=False) == ""


def test_the_image_s_program_starts_with_the_image_s_libraries(clean):
  # No runc here: only that the files fit each other. What a container may do is the same on every processor.
  # Its arguments a program of Swift reads in /proc, which every container has.
  clean.shell(f"mkdir -p {ROOT}/proc && mount --bind /proc {ROOT}/proc")
  line = ["chroot", "--userspec=65534:19100", "--groups=", ROOT, "/usr/bin/nodeagent"]
  assert clean.exec(*line, "--version").startswith(VERSIONS["new"].partition("-")[0])
  assert "swap.policy" in clean.exec(*line, "checks")
