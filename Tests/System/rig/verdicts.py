"""Reading the agent's report: verdicts by check and subject."""

from rig.matrix import BAD, Expectation, label

Key = tuple[str, str]


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


def cause_label(verdict: dict) -> str | None:
  """The root that a verdict is folded below; None for a root itself."""
  cause = verdict["cause"]
  return None if cause is None else label(cause["check"], cause["subject"] or "")


def describe(found) -> str:
  """Verdicts for the message of a failed row."""
  return "\n".join(f"  {each['check']}[{each['subject']}] {each['state']}: {each['summary']} "
                   f"(planes {each['planes']}, cause {each['cause']})" for each in found) or "  none"
