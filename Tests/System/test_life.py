"""The agent under a real systemd, with the units of the package: start, reload, watchdog, status line, journal, end."""

import time

import pytest

from rig import installed, wait
from rig.agent import UNIT, Agent
from rig.verdicts import require_agreement

CONFIGURATION = "/etc/nodeagent/nodeagent.yaml"
DROP_IN = f"/etc/systemd/system/{UNIT}.d/rig.conf"
HELPER = "nodeagent-helper.service"
START = "/usr/bin/nodeagent run"
# Directories that agent and helper do not see.
KEPT = ("/etc/ssh", "/root")
SUCCESSFUL = "nodeagent_config_last_reload_successful"
LOADED = "nodeagent_config_last_reload_success_timestamp_seconds"
RELOADS = 20
# Looks that fail soon, and soon count as overdue.
HURRY = "plugins: {swap: {interval: 1s, timeout: 200ms}, agent: {interval: 1s}}\n"


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def machine_with_agent(binary, request):
  """A machine about to join, of each release."""
  with installed.candidate(binary, request.param) as guest:
    yield Agent(guest)


@pytest.fixture
def agent(machine_with_agent):
  """Its agent, freshly started with the unit's own settings; what a test changes is gone after it."""
  guest = machine_with_agent.guest
  guest.exec("systemctl", "restart", UNIT, seconds=60)
  yield machine_with_agent
  guest.shell(f"systemctl stop {UNIT}; rm -f {CONFIGURATION} {DROP_IN}; systemctl daemon-reload; "
              f"systemctl reset-failed {UNIT}", check=False)


def show(agent: Agent, name: str) -> str:
  return agent.guest.exec("systemctl", "show", "--value", f"--property={name}", UNIT).strip()


def drop_in(agent: Agent, *lines: str) -> None:
  agent.guest.write(DROP_IN, "[Service]\n" + "".join(f"{line}\n" for line in lines))
  agent.guest.exec("systemctl", "daemon-reload")


def metric(agent: Agent, name: str) -> float:
  return next(float(line.split()[-1]) for line in agent.metrics().splitlines() if line.startswith(f"{name} "))


def entries(agent: Agent, *matches: str) -> list[str]:
  """What this start of the agent has written to the journal."""
  start = show(agent, "InvocationID")
  return agent.guest.exec("journalctl", "-o", "cat", f"_SYSTEMD_INVOCATION_ID={start}", *matches,
                          check=False).splitlines()


def reload(agent: Agent, configuration: str) -> None:
  agent.guest.write(CONFIGURATION, configuration)
  agent.guest.exec("systemctl", "reload", UNIT)


def summary(agent: Agent, check: str) -> str | None:
  """Nothing before its first look."""
  return next((each["summary"] for each in agent.status()["verdicts"] if each["check"] == check), None)


def is_off(agent: Agent, check: str) -> bool | None:
  said = summary(agent, check)
  return None if said is None else said.startswith("switched off")


def test_a_start_is_over_when_everything_was_looked_at(agent):
  agent.guest.exec("systemctl", "stop", UNIT)
  agent.guest.exec("systemctl", "start", UNIT, seconds=60)
  assert agent.get("/readyz")[0] == 200
  assert show(agent, "ActiveState") == "active" and show(agent, "Type") == "notify"


def test_daemon_in_its_sandbox_tells_what_roots_doctor_tells(agent):
  require_agreement(agent)


def test_what_no_check_reads_is_hidden_from_agent_and_helper(agent):
  agent.guest.shell(f"mkdir -p {' '.join(KEPT)} && touch {' '.join(f'{each}/key' for each in KEPT)}")
  agent.guest.exec("systemctl", "restart", UNIT, HELPER, seconds=60)
  for unit in (UNIT, HELPER):
    inside = f"/proc/{agent.guest.exec('systemctl', 'show', '-P', 'MainPID', unit).strip()}/root"
    assert agent.guest.shell(f"cat {inside}/etc/shadow {inside}/etc/gshadow; ls {inside}/etc/ssh {inside}/root") \
      == f"{inside}/etc/ssh:\n\n{inside}/root:\n"
  assert agent.guest.shell("cat /etc/shadow /etc/gshadow") and agent.guest.shell("ls /root") == "key\n"


def status_is_true(agent: Agent) -> bool:
  """Whether the status line counts what /status has, and names the worst first."""
  found, line = agent.status()["verdicts"], show(agent, "StatusText")
  groups = {state: [each for each in found if each["state"] == state] for state in ("failing", "unknown", "warning")}
  worst = next(each for each in groups.values() if each)[0]
  words = {"failing": "failing", "unknown": "could not be checked", "warning": "warning"}
  return all(f"{len(each)} {words[state]}" in line for state, each in groups.items() if each) \
    and f": {worst['check']} {worst['subject']}".rstrip() in line


def test_the_status_line_says_what_is_wrong(agent):
  wait.until(lambda: status_is_true(agent), 5, "the status line is true")
  line = show(agent, "StatusText")
  assert f'Status: "{line}"' in agent.guest.exec("systemctl", "status", "--no-pager", "--full", UNIT, check=False)
  agent.guest.exec("systemctl", "stop", "crio.service")
  try:
    wait.until(lambda: show(agent, "StatusText") != line and status_is_true(agent), 20, "the status line follows")
  finally:
    agent.guest.exec("systemctl", "start", "crio.service")
  wait.until(lambda: show(agent, "StatusText") == line, 60, "the status line lets go")


def test_a_reload_takes_the_new_configuration(agent):
  identity, loaded = agent.identity(), metric(agent, LOADED)
  assert metric(agent, SUCCESSFUL) == 1
  reload(agent, "checks:\n  swap.policy: {enabled: false}\n")
  wait.until(lambda: summary(agent, "swap.policy") == f"switched off in {CONFIGURATION}:2", 10, "the check is off")
  wait.until(lambda: metric(agent, LOADED) > loaded, 10, "the time of the reading moves")
  wait.until(lambda: show(agent, "ActiveState") == "active", 10, "the reload is over")
  assert metric(agent, SUCCESSFUL) == 1
  assert agent.identity() == identity


def test_a_wrong_configuration_leaves_the_old_one_in_force(agent):
  reload(agent, "checks:\n  swap.policy: {enabled: false}\n")
  wait.until(lambda: is_off(agent, "swap.policy"), 10, "the check is off")
  identity, loaded = agent.identity(), metric(agent, LOADED)
  reload(agent, "checks:\n  swap.policy: {enabled: perhaps}\n")
  wait.until(lambda: metric(agent, SUCCESSFUL) == 0, 10, "the reload failed")
  assert metric(agent, LOADED) == loaded
  assert is_off(agent, "swap.policy")
  wait.until(lambda: show(agent, "StatusText").startswith("the configuration on disk is wrong"), 10, "the status says so")
  wait.until(lambda: show(agent, "ActiveState") == "active", 10, "the reload is over")
  wait.until(lambda: any(line.startswith(f"{CONFIGURATION}:2:") for line in entries(agent, "PRIORITY=3")), 10,
             "the journal has the place of the mistake, as an error")
  reload(agent, "")
  wait.until(lambda: metric(agent, SUCCESSFUL) == 1, 10, "the reload went well")
  wait.until(lambda: is_off(agent, "swap.policy") is False, 10, "the check is on again")
  assert agent.identity() == identity


def test_a_hundred_reloads_at_once_are_borne(agent):
  identity = agent.identity()
  pid = identity["MainPID"]
  agent.guest.shell(f"for i in $(seq 100); do kill -HUP {pid}; done")
  reload(agent, "checks:\n  swap.policy: {enabled: false}\n")
  wait.until(lambda: is_off(agent, "swap.policy"), 20, "the last reload is taken")
  wait.until(lambda: show(agent, "ActiveState") == "active", 10, "the reloads are over")
  assert agent.identity() == identity


def test_a_worker_thread_that_hangs_is_relieved_and_nothing_is_ended(agent):
  # Sooner than in earnest.
  drop_in(agent, "WatchdogSec=3s", "LimitCORE=0", "ExecStart=", f"ExecStart={START} --test-hang worker")
  agent.guest.exec("systemctl", "restart", UNIT, seconds=60)
  identity = agent.identity()
  # Three times as long as the watchdog waits, and longer than a piece of work may take.
  wait.until(lambda: metric(agent, "nodeagent_worker_abandoned_total") == 1, 90, "the thread is given up")
  assert agent.identity() == identity and agent.is_ready()
  assert show(agent, "NRestarts") == "0"


def test_a_plugin_that_hangs_is_told_and_nothing_is_ended(agent):
  agent.guest.write(CONFIGURATION, HURRY)
  drop_in(agent, "WatchdogSec=3s", "ExecStart=", f"ExecStart={START} --test-hang plugin:swap")
  agent.guest.exec("systemctl", "restart", UNIT, seconds=60)
  identity = agent.identity()

  def overdue():
    return [each for each in agent.status()["verdicts"]
            if each["check"] == "agent.rounds" and each["subject"] == "swap" and each["state"] == "warning"]
  assert wait.until(overdue, 15, "agent.rounds names the plugin")[0]["summary"].endswith("no answer within 200ms")
  assert {each["state"] for each in agent.status()["verdicts"] if each["plugin"] == "swap"} == {"unknown"}
  # Three times as long as the watchdog waits.
  until = time.monotonic() + 9
  while time.monotonic() < until:
    assert agent.identity() == identity
    time.sleep(0.5)
  assert show(agent, "NRestarts") == "0"


@pytest.mark.parametrize("hang", ["", " --test-hang worker", " --test-hang plugin:swap"])
def test_a_stop_takes_less_than_two_seconds(agent, hang):
  drop_in(agent, "ExecStart=", f"ExecStart={START}{hang}")
  agent.guest.exec("systemctl", "restart", UNIT, seconds=60)
  began = time.monotonic()
  agent.guest.exec("systemctl", "stop", UNIT)
  assert time.monotonic() - began < 2 * wait.PATIENCE
  assert show(agent, "Result") == "success" and show(agent, "ExecMainStatus") == "0"


def test_a_port_that_is_taken_is_said(agent):
  drop_in(agent, "Restart=no", "ExecStart=", f"ExecStart={START} --listen 127.0.0.1:19101")
  agent.guest.shell("systemd-run --quiet --unit=holder python3 -c 'import socket, time\n"
                    "s = socket.create_server((\"127.0.0.1\", 19101)); time.sleep(600)'")
  try:
    wait.until(lambda: "19101" in agent.guest.exec("ss", "-ltn"), 10, "the port is taken")
    agent.guest.shell(f"systemctl restart {UNIT}", seconds=60, check=False)
    assert show(agent, "Result") == "exit-code" and show(agent, "ExecMainStatus") == "1"
    said = "cannot listen on 127.0.0.1:19101: address already in use"
    wait.until(lambda: any(line.startswith(said) for line in entries(agent, "PRIORITY=3")), 10, "the journal says why")
    assert show(agent, "StatusText").startswith(said)
  finally:
    agent.guest.shell("systemctl stop holder.service", check=False)


def test_a_wrong_configuration_at_the_start_is_said(agent):
  agent.guest.write(CONFIGURATION, "listne: []\n")
  agent.guest.shell(f"systemctl restart {UNIT}", seconds=60, check=False)
  assert show(agent, "ExecMainStatus") == "78"
  assert show(agent, "StatusText").startswith(f"{CONFIGURATION}:1:1: key 'listne': unknown key")


def test_the_journal_finds_entries_by_their_fields(agent):
  agent.guest.exec("systemctl", "stop", "crio.service")
  try:
    found = wait.until(lambda: entries(agent, "NODEAGENT_CHECK=units.state", "NODEAGENT_SUBJECT=crio.service",
                                       "NODEAGENT_STATE=warning", "PRIORITY=4", "SYSLOG_IDENTIFIER=nodeagent"),
                       20, "the journal has CRI-O's end")
    assert found[0].startswith("units.state crio.service is warning: ")
  finally:
    agent.guest.exec("systemctl", "start", "crio.service")


def test_json_lines_keep_their_priority(agent):
  drop_in(agent, "ExecStart=", f"ExecStart={START} --log-format json")
  agent.guest.exec("systemctl", "restart", UNIT, seconds=60)
  assert any(line.startswith('{"level":"notice","message":"nodeagent ') for line in entries(agent, "PRIORITY=5"))


def test_reloads_leave_nothing_behind(agent):
  pid = agent.identity()["MainPID"]

  def used() -> tuple[int, int]:
    """Descriptors, the fewest of some seconds because a look that is under way has its own, and kB of memory.

    It may be one or two fewer than are kept: a watch that an event moves is closed before it is opened again.
    """
    counts = []
    for _ in range(25):
      counts.append(len(agent.guest.exec("ls", f"/proc/{pid}/fd").split()))
      time.sleep(0.2)
    memory = next(line for line in agent.guest.read(f"/proc/{pid}/status").splitlines() if line.startswith("RssAnon"))
    return min(counts), int(memory.split()[1])

  def exchange(times: int) -> None:
    """Reloads two configurations in turn, either of which makes every plugin anew."""
    for number in range(times):
      loaded = metric(agent, LOADED)
      reload(agent, f"cluster: {{serviceAddresses: {{inUse: [192.168.100.{241 + number % 2}]}}}}\n")
      wait.until(lambda: metric(agent, LOADED) > loaded, 20, "the configuration is loaded")
      wait.until(lambda: show(agent, "ActiveState") == "active", 10, "the reload is over")
  exchange(RELOADS)
  before = used()
  exchange(RELOADS)
  after = used()
  print(f"\n{RELOADS} reloads: descriptors and memory, kB: {before}, then {after}")
  # One that every reload leaves behind is there twenty times.
  assert after[0] - before[0] < RELOADS / 2, agent.guest.exec("ls", "-l", f"/proc/{pid}/fd")
  assert after[1] - before[1] < 1024
