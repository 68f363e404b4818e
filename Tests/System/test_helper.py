"""The privileged helper under a real systemd: started by its socket, confined, and asked by the agent's user only."""

import json

import pytest

from rig import installed, wait

SERVICE = "nodeagent-helper.service"
QUESTION = '{"request":"crio-info","version":1}'

# Says one line to a unix socket and prints what comes back; the errno's name when it cannot connect.
ASK = """
import errno, socket, sys
with socket.socket(socket.AF_UNIX) as channel:
  try:
    channel.connect(sys.argv[1])
  except OSError as error:
    sys.exit(print(errno.errorcode[error.errno]))
  channel.sendall(sys.argv[2].encode() + b"\\n")
  print(channel.makefile().read(), end="")
"""


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def guest(binary, request):
  """A machine about to join, of each release, with CRI-O and the agent."""
  with installed.candidate(binary, request.param) as guest:
    wait.until(lambda: state(guest, "crio.service") == "active", 20, "CRI-O's stand-in is active")
    yield guest


def state(guest, unit: str) -> str:
  return guest.exec("systemctl", "is-active", unit, check=False).strip()


def ask(guest, user: str, socket: str = "/run/nodeagent/helper.sock", question: str = QUESTION) -> str:
  return guest.exec("setpriv", f"--reuid={user}", f"--regid={user if user != 'nobody' else 'nogroup'}",
                    "--clear-groups", "python3", "-c", ASK, socket, question)


def test_the_agent_s_user_gets_facts_through_the_helper_only(guest):
  assert ask(guest, "nodeagent", "/run/crio/crio.sock") == "EACCES\n"
  answer = json.loads(ask(guest, "nodeagent"))
  assert answer["version"] == 1
  assert answer["facts"]["info"]["known"]["_0"]["cgroupDriver"] == "systemd"
  assert answer["facts"]["configuration"]["known"]["_0"]["networkDirectory"] == "/etc/cni/net.d/"
  assert state(guest, SERVICE) == "active"


def test_other_users_may_not_ask(guest):
  assert ask(guest, "nobody") == "EACCES\n"


def test_what_ails_crio_comes_through(guest):
  try:
    guest.write("/run/rig/crio", "hang")
    facts = json.loads(ask(guest, "nodeagent"))["facts"]
    assert facts["info"]["failed"]["_0"]["phase"] == "head"
  finally:
    guest.write("/run/rig/crio", "ok")
  guest.exec("systemctl", "stop", "crio.service")
  try:
    facts = json.loads(ask(guest, "nodeagent"))["facts"]
    assert facts["info"]["failed"]["_0"]["phase"] == "connect"
  finally:
    guest.exec("systemctl", "start", "crio.service")


def test_it_has_no_network_two_rights_and_nothing_to_write(guest):
  ask(guest, "nodeagent")
  pid = guest.exec("systemctl", "show", "--value", "-p", "MainPID", SERVICE).strip()
  status = dict(line.split(":\t", 1) for line in guest.read(f"/proc/{pid}/status").splitlines() if ":\t" in line)
  # CAP_SETGID is number 6 and CAP_SYS_PTRACE 19 (capabilities(7)).
  assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 1 << 19 | 1 << 6
  assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
  assert int(status["Threads"]) <= 3
  assert guest.exec("readlink", f"/proc/{pid}/ns/net") != guest.exec("readlink", "/proc/1/ns/net")
  mounts = guest.read(f"/proc/{pid}/mountinfo").splitlines()
  assert any(line.split()[4] == "/" and line.split()[5].startswith("ro") for line in mounts)


def test_a_stopped_helper_comes_back_with_the_next_question(guest):
  ask(guest, "nodeagent")
  guest.exec("systemctl", "stop", SERVICE)
  assert state(guest, SERVICE) == "inactive"
  assert "systemd" in ask(guest, "nodeagent")
  assert guest.exec("systemctl", "is-failed", SERVICE, check=False).strip() == "active"


def test_the_journal_tells_once_who_asks(guest):
  guest.exec("systemctl", "stop", SERVICE)
  for _ in range(3):
    ask(guest, "nodeagent")
  user = guest.exec("id", "-u", "nodeagent").strip()
  start = guest.exec("systemctl", "show", "--value", "-p", "InvocationID", SERVICE).strip()

  def lines():
    log = guest.exec("journalctl", "-o", "cat", f"_SYSTEMD_INVOCATION_ID={start}", check=False).splitlines()
    return [line for line in log if line.startswith("answers user")]
  assert len(wait.until(lines, 10, "the journal has the helper's line")) == 1
  assert lines()[0].startswith(f"answers user {user} (process ")


def test_without_it_root_may_still_ask_crio(guest):
  guest.exec("systemctl", "stop", "nodeagent-helper.socket", SERVICE)
  try:
    assert ask(guest, "nodeagent") in ("ENOENT\n", "ECONNREFUSED\n")
    assert ask(guest, "root", "/run/crio/crio.sock", "GET /info HTTP/1.0\r\n\r").startswith("HTTP/1.")
  finally:
    guest.exec("systemctl", "start", "nodeagent-helper.socket")
