"""Reading the agent's report: verdicts by check and subject."""

from rig import wait
from rig.matrix import BAD, Expectation, label

Key = tuple[str, str]
# Of the agent itself, and of its own port: a doctor tells other things of them.
OWN = ("agent.", "ports.")
AGREE_SECONDS = 30


def by_key(report: dict) -> dict[Key, dict]:
  """All verdicts; a check without a subject has the empty one."""
  return {(each["check"], each["subject"] or ""): {**each, "subject": each["subject"] or ""}
          for each in report["verdicts"]}


def findings(report: dict) -> dict[Key, dict]:
  """The verdicts that say something is bad or could not be looked at."""
  return {key: verdict for key, verdict in by_key(report).items() if verdict["state"] in BAD}


def is_found(report: dict, wanted: Expectation) -> bool:
  """Whether the report has the wanted finding, as a root or below its cause, with the wanted planes and words."""
  verdict = by_key(report).get((wanted.check, wanted.subject))
  if verdict is None or verdict["state"] != wanted.state:
    return False
  if cause_label(verdict) != wanted.cause:
    return False
  planes_fit = wanted.planes is None or sorted(verdict["planes"]) == sorted(wanted.planes)
  return planes_fit and wanted.says in str(verdict)


def differences(agent) -> dict[Key, tuple]:
  """What the daemon tells otherwise than root's doctor: state of the one and of the other, None where it tells none."""
  daemon, doctor = (states(report) for report in (agent.status(), agent.doctor()))
  return {key: (daemon.get(key), doctor.get(key)) for key in daemon.keys() | doctor.keys()
          if daemon.get(key) != doctor.get(key)}


def states(report: dict) -> dict[Key, str]:
  """The states of all that is not the agent's own."""
  return {key: verdict["state"] for key, verdict in by_key(report).items() if not key[0].startswith(OWN)}


def require_agreement(agent) -> None:
  """Requires that a daemon in its sandbox watches the host's own files, and waits until it tells what root's doctor
  tells outside; shows where it does not.

  What the sandbox hides stays different; what just changes on the host does not.
  """
  assert not (foreign := agent.foreign_watches()), f"{agent.guest.name}: not the host's own: {foreign}"
  try:
    wait.until(lambda: not differences(agent), AGREE_SECONDS * agent.guest.patience, "both tell the same")
  except TimeoutError:
    found = differences(agent)
    assert not found, f"{agent.guest.name}: what the daemon tells and what root's doctor tells: {found}"


def cause_label(verdict: dict) -> str | None:
  """The root that a verdict is folded below; None for a root itself."""
  cause = verdict["cause"]
  return None if cause is None else label(cause["check"], cause["subject"] or "")


def describe(found) -> str:
  """Verdicts for the message of a failed row."""
  return "\n".join(f"  {each['check']}[{each['subject']}] {each['state']}: {each['summary']} "
                   f"(planes {each['planes']}, cause {each['cause']})" for each in found) or "  none"
