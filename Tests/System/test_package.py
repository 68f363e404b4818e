"""The Debian package on real hosts of each release: installed, upgraded, broken, removed and purged as people do it."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rig import package, wait
from rig.agent import PORT, UNIT, Agent
from rig.layer import Layer
from rig.package import (HELPER, INBOX, SETTINGS, VERSIONS, answers, apt, denied, enabled, install, state, traces,
                         version)
from rig.paths import REPOSITORY
from rig.run import Run
from rig.verdicts import by_key, require_agreement

FIRST_SCRAPE_SECONDS = 5

ASK = """
import socket
with socket.socket(socket.AF_UNIX) as channel:
  channel.connect("/run/nodeagent/helper.sock")
  channel.sendall(b'{"request":"crio-info","version":1}\\n')
  print(channel.makefile().read(), end="")
"""


@pytest.fixture(scope="session")
def packages(shipped, tmp_path_factory) -> dict[str, Path]:
  """The package in three versions, packed in a hurry."""
  return package.make(shipped, tmp_path_factory.mktemp("packages"), *VERSIONS)


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def bare(packages, request):
  """A host of each release that never had the agent; the packages lie in its /tmp."""
  with Run() as made:
    layer = Layer(made.directory / "layers/bare")
    layer.write("/etc/hostname", "bare\n")
    layer.write("/etc/hosts", "127.0.0.1 localhost\n192.168.100.50 bare\n")
    host = made.add("bare", request.param, "192.168.100.50/24", [layer.root])
    made.start()
    # The trees of the other tests bring the user along.
    host.exec("userdel", "nodeagent")
    bring(host, packages)
    yield host


@pytest.fixture
def clean(bare):
  """The bare host, with nothing of the agent before and after."""
  yield bare
  bare.shell("dpkg --purge nodeagent >/dev/null 2>&1; rm -rf /etc/nodeagent /var/lib/nodeagent", check=False)


@pytest.fixture
def installed(clean):
  """A host with the package in today's version, and its agent ready."""
  install(clean, "new")
  Agent(clean).wait_ready()
  yield clean


def bring(host, packages) -> None:
  for name, file in packages.items():
    host.copy_in(file, f"{INBOX}/{name}.deb")


def journal(host) -> str:
  return host.exec("journalctl", "-u", UNIT, "-o", "cat", "--no-pager")


def test_one_command_installs_starts_and_answers(clean, figure):
  began = time.monotonic()
  said = install(clean, "new")
  ready = time.monotonic()
  wait.until(lambda: answers(clean), FIRST_SCRAPE_SECONDS, f"/metrics answers\n{said}\n{Agent(clean).journal()}")
  figure(f"systemd {clean.systemd_version()}: installed in {ready - began:.1f} s, first scrape "
         f"{time.monotonic() - began:.1f} s after the command")
  assert "did not start" not in said
  assert version(clean) == f"ii {VERSIONS['new']}"
  assert (state(clean), state(clean, HELPER[0]), state(clean, HELPER[1])) == ("active", "active", "inactive")
  assert (enabled(clean, UNIT), enabled(clean, HELPER[0])) == ("enabled", "enabled")


def test_it_runs_with_two_capabilities_and_nothing_else(installed):
  pid = installed.exec("systemctl", "show", "-P", "MainPID", UNIT).strip()
  status = dict(line.split(":\t", 1) for line in installed.read(f"/proc/{pid}/status").splitlines() if ":\t" in line)
  user = installed.exec("id", "-u", "nodeagent").strip()
  assert status["Uid"].split() == [user] * 4
  # CAP_DAC_READ_SEARCH is 2, CAP_NET_RAW 13 (linux/capability.h).
  assert {int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")} == {1 << 2 | 1 << 13}
  assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
  assert int(status["Threads"]) <= 5


def test_its_sandbox_hides_nothing_that_a_check_needs(installed):
  agent = Agent(installed)
  assert by_key(agent.status())["agent.privileges", ""]["state"] == "ok"
  require_agreement(agent)


def test_systemd_has_nothing_to_say_of_the_units(installed):
  said = installed.shell(f"systemd-analyze verify --man=no {UNIT} {' '.join(HELPER)} 2>&1 | grep nodeagent", check=False)
  assert said == ""
  for unit, limit in ((UNIT, 2.6), (HELPER[1], 1.5)):
    line = installed.shell(f"systemd-analyze security --no-pager {unit} | tail -1")
    assert float(line.split(": ")[1].split()[0]) <= limit, line


def test_the_agent_s_user_may_ask_the_helper_and_nobody_else(installed):
  ask = ["--clear-groups", "python3", "-c", ASK]
  answer = json.loads(installed.exec("setpriv", "--reuid=nodeagent", "--regid=nodeagent", *ask))
  assert answer["version"] == 1 and "facts" in answer
  assert installed.exec("setpriv", "--reuid=nobody", "--regid=nogroup", *ask, check=False) == ""


def test_the_doctor_works_as_root_and_says_what_a_user_does_not_see(installed):
  installed.shell("install -d -m 700 /etc/keepalived && install -m 600 /dev/null /etc/keepalived/keepalived.conf")
  assert denied(Agent(installed).doctor()) == []
  to_user = denied(package.doctor_as_user(installed))
  assert any("/etc/keepalived/keepalived.conf: permission denied" in line for line in to_user), to_user


def test_an_upgrade_keeps_the_administrator_s_settings(installed):
  installed.write(SETTINGS, "status: public\n")
  before = Agent(installed).identity()
  install(installed, "next")
  Agent(installed).wait_ready()
  assert version(installed) == f"ii {VERSIONS['next']}"
  assert installed.read(SETTINGS) == "status: public\n"
  assert Agent(installed).identity()["MainPID"] != before["MainPID"]
  assert installed.shell("ls /etc/nodeagent").split() == ["nodeagent.yaml"]


def test_what_the_administrator_disabled_stays_so(installed):
  installed.exec("systemctl", "disable", "--now", "--quiet", UNIT)
  install(installed, "next")
  assert enabled(installed, UNIT) == "disabled"


def test_a_downgrade_works(installed):
  install(installed, "old", "--allow-downgrades")
  Agent(installed).wait_ready()
  assert version(installed) == f"ii {VERSIONS['old']}"


def test_installing_it_again_while_it_runs(installed):
  before = Agent(installed).identity()
  install(installed, "new", "--reinstall")
  Agent(installed).wait_ready()
  assert Agent(installed).identity()["MainPID"] != before["MainPID"]


def test_an_upgrade_over_a_wrong_configuration_succeeds_and_the_service_says_what_is_wrong(installed):
  installed.write(SETTINGS, "lissten: [\"0.0.0.0:19100\"]\n")
  said = install(installed, "next")
  assert "did not start; why: journalctl -u nodeagent" in said
  assert version(installed) == f"ii {VERSIONS['next']}"
  assert state(installed) == "failed"
  assert f"{SETTINGS}:1:1: " in journal(installed) and "lissten" in journal(installed)
  assert installed.exec("systemctl", "show", "-P", "NRestarts", UNIT).strip() == "0"
  installed.write(SETTINGS, "listen: [\"0.0.0.0:19100\"]\n")
  installed.exec("systemctl", "start", UNIT)
  Agent(installed).wait_ready()


def test_a_port_that_is_taken_fails_nothing_and_is_used_when_it_is_free(clean):
  clean.exec("systemd-run", "--quiet", "--unit=squatter", "python3", "-m", "http.server", str(PORT))
  try:
    wait.until(lambda: f":{PORT}" in clean.exec("ss", "-tln"), 10, "the port is taken")
    install(clean, "new")
    assert version(clean) == f"ii {VERSIONS['new']}"
    wait.until(lambda: f"{PORT}" in journal(clean), 10, "the journal names the port")
  finally:
    clean.exec("systemctl", "stop", "squatter")
  Agent(clean).wait_ready()


def test_it_stops_at_once(installed):
  began = time.monotonic()
  installed.exec("systemctl", "stop", UNIT)
  assert time.monotonic() - began < 2 * wait.PATIENCE
  assert installed.exec("systemctl", "show", "-P", "Result", UNIT).strip() == "success"


def test_reloading_keeps_the_process_and_refuses_wrong_settings(installed):
  agent = Agent(installed)
  before = agent.identity()
  reloaded = "nodeagent_config_last_reload_successful "
  installed.write(SETTINGS, "status: public\n")
  installed.exec("systemctl", "reload", UNIT)
  wait.until(lambda: reloaded + "1" in agent.metrics(), 10, "the new settings are in use")
  installed.write(SETTINGS, "status: sometimes\n")
  installed.exec("systemctl", "reload", UNIT, check=False)
  wait.until(lambda: reloaded + "0" in agent.metrics(), 10, "the wrong ones are refused")
  assert agent.identity() == before


def test_removing_keeps_settings_and_state_and_purging_leaves_nothing(clean):
  before = traces(clean)
  install(clean, "new")
  Agent(clean).wait_ready()
  clean.shell("echo 1 > /var/lib/nodeagent/state; echo 'status: public' >> " + SETTINGS)
  apt(clean, "remove", "nodeagent")
  assert state(clean) in ("inactive", "failed") and state(clean, HELPER[0]) in ("inactive", "failed")
  assert "status: public" in clean.read(SETTINGS) and clean.read("/var/lib/nodeagent/state") == "1\n"
  assert clean.shell("command -v nodeagent", check=False) == ""
  apt(clean, "purge", "nodeagent")
  assert traces(clean) == before == []
  assert clean.shell("systemctl list-unit-files --no-legend 'nodeagent*'; systemctl --failed --no-legend", check=False) == ""


def test_removed_and_installed_again_it_has_its_state(installed):
  installed.shell("echo 1 > /var/lib/nodeagent/state")
  apt(installed, "remove", "nodeagent")
  install(installed, "new")
  Agent(installed).wait_ready()
  assert enabled(installed, UNIT) == "enabled" and installed.read("/var/lib/nodeagent/state") == "1\n"
  assert installed.shell("stat -c %U /var/lib/nodeagent").strip() == "nodeagent"


def test_purging_leaves_what_others_put_beside_the_settings(installed):
  installed.write("/etc/nodeagent/probe.kubeconfig", "kept\n")
  apt(installed, "purge", "nodeagent")
  assert installed.read("/etc/nodeagent/probe.kubeconfig") == "kept\n"


def test_where_no_systemd_runs_it_is_installed_and_starts_with_the_next_boot(clean, packages):
  # As in a chroot: nothing of the init system is to be seen.
  said = clean.shell(f"unshare --mount sh -c 'mount -t tmpfs none /run && dpkg -i {INBOX}/new.deb' 2>&1", seconds=60)
  assert "did not start" not in said
  assert version(clean) == f"ii {VERSIONS['new']}" and state(clean) == "inactive"
  clean.restart()
  Agent(clean).wait_ready()
  assert state(clean, HELPER[0]) == "active"
  bring(clean, packages)


def test_a_distribution_that_nobody_knows(installed):
  installed.shell("cp -P /etc/os-release /root/kept; cp /usr/lib/os-release /root/kept-too; rm /etc/os-release /usr/lib/os-release")
  try:
    assert Agent(installed).doctor()["schema_version"] == 1
    installed.exec("systemctl", "restart", UNIT)
    Agent(installed).wait_ready()
  finally:
    installed.shell("mv /root/kept-too /usr/lib/os-release; mv /root/kept /etc/os-release")


def test_the_archive_for_other_distributions(clean, shipped, tmp_path):
  made = subprocess.run([sys.executable, REPOSITORY / "packaging/tarball/build", shipped, tmp_path], check=True,
                        capture_output=True, text=True)
  archive = Path(made.stdout.strip())
  # The guest has no xz: the archive is unpacked on the way in.
  subprocess.run(["xz", "-d", archive], check=True)
  clean.copy_in(archive.with_suffix(""), f"{INBOX}/archive.tar")
  clean.shell(f"mkdir {INBOX}/archive && tar -x --strip-components=1 -C {INBOX}/archive -f {INBOX}/archive.tar")
  assert "is installed" in clean.exec(f"{INBOX}/archive/install")
  Agent(clean).wait_ready()
  clean.write(SETTINGS, "status: public\n")
  before = Agent(clean).identity()
  clean.exec(f"{INBOX}/archive/install")
  Agent(clean).wait_ready()
  assert clean.read(SETTINGS) == "status: public\n" and Agent(clean).identity()["MainPID"] != before["MainPID"]
  clean.exec(f"{INBOX}/archive/install", "--purge")
  assert traces(clean) == []
