"""Runs one row of the fault matrix on one host, and judges what every agent says from before to after."""

import http.client
import time
from dataclasses import dataclass, field

from rig import wait
from rig.matrix import Action, Fault, Matrix, Pattern, Stage
from rig.verdicts import Key, by_key, describe, findings, is_found

SETTLE_SECONDS = 1.2  # longer than the shortened intervals: what turns bad a little later is seen as well
PROOF_SECONDS = 15
HEALTHY_SECONDS = 25  # what the row before left to be cleared: two rounds of a probe


class RowFailure(AssertionError):
  """What an agent said or did not say, in words for the test's report."""


@dataclass
class Measured:
  """How long each stage took to be detected, and the repair to be seen, in seconds."""

  fault: str
  host: str
  systemd: str
  impact_before: dict[str, str] = field(default_factory=dict)
  detected: list[float] = field(default_factory=list)
  cleared: float = 0.0


class Row:
  """One row on one host of a running system."""

  def __init__(self, system, matrix: Matrix, fault: Fault, host: str):
    self.system, self.matrix, self.fault, self.host = system, matrix, fault, host
    self.guest, self.agent = system.guests[host], system.agents[host]
    self.measured = Measured(fault.name, host, self.guest.systemd_version())
    self.before: dict[str, dict[Key, dict]] = {}
    self.normal: dict[Key, str] = {}

  def run(self) -> Measured:
    """Healthy before, then each stage, then the repair, which is done whatever happens: the next row needs it."""
    self._healthy()
    self.identities = {name: agent.identity() for name, agent in self.system.agents.items()}
    counters = self._counters()
    try:
      for stage in self.fault.stages:
        self._detect(stage)
      self._clear()
      self._check_counted(counters)
      self._check_agents_lived()
    except BaseException:
      self._repair_quietly()
      raise
    return self.measured

  def _healthy(self) -> None:
    """Every finding of every host is one the table accepts, and the row's own checks are as the row says."""
    for stage in self.fault.stages:
      for each in stage.expect:
        self.normal.setdefault((each.check, each.subject), each.before)
    deadline = time.monotonic() + HEALTHY_SECONDS * self.guest.patience * wait.PATIENCE
    while wrong := self._look_before():
      if time.monotonic() > deadline:
        raise RowFailure("not healthy before the fault:\n" + "\n".join(wrong))
      self._pause()

  def _look_before(self) -> list[str]:
    """Notes what every host says; answers what keeps the row from starting."""
    wrong = []
    for name in self.system.agents:
      report = self._status(name)
      self.before[name] = findings(report)
      profile = self.system.profile(name)
      if strange := [each for each in self.before[name].values() if not self.matrix.accepts(profile, each)]:
        wrong.append(f"{name}:\n{describe(strange)}")
      if name == self.host:
        self.measured.impact_before = report["impact"]
        wrong += self._not_normal(report)
    return wrong

  def _detect(self, stage: Stage) -> None:
    began = self._do(stage.inject)
    wait.until(lambda: self._holds(stage.proof), PROOF_SECONDS * self.guest.patience, f"the fault is real: {stage.proof}")
    while True:
      report = self._status(self.host)
      missing = [each for each in stage.expect if not is_found(report, each)]
      # Checked in every report: a false finding that goes away again is one all the same.
      self._check_nothing_else(self.host, stage, report)
      if not missing:
        break
      if time.monotonic() > began + stage.within * wait.PATIENCE:
        wanted = ", ".join(f"{each.label} {each.state}" for each in missing)
        checks = {each.check for each in missing}
        said = [verdict for verdict in by_key(report).values() if verdict["check"] in checks]
        raise RowFailure(f"{self.host}: not found as the row says within {stage.within * wait.PATIENCE:g} s: {wanted}; "
                         f"the agent says\n"
                         f"{describe(said)}\n{self.agent.journal()}")
      self._pause()
    self.measured.detected.append(time.monotonic() - began)
    for plane, wanted in stage.impact.items():
      if (found := report["impact"].get(plane)) != wanted:
        raise RowFailure(f"{self.host}: the impact on {plane} is {found}, not {wanted}")
    time.sleep(SETTLE_SECONDS)
    for name in self.system.agents:
      self._check_nothing_else(name, stage if name == self.host else None, self._status(name))

  def _clear(self) -> None:
    began = self._do(self.fault.repair)
    wait.until(lambda: self._holds(self.fault.repaired), PROOF_SECONDS * self.guest.patience,
               f"it is repaired: {self.fault.repaired}")
    while left := self._left():
      if time.monotonic() > began + self.fault.clear_within * wait.PATIENCE:
        raise RowFailure(f"{self.host}: {self.fault.clear_within * wait.PATIENCE:g} s after the repair\n"
                         + "\n".join(left))
      self._pause()
    self.measured.cleared = time.monotonic() - began
    for name in self.system.agents:
      self._check_nothing_else(name, None, self._status(name))

  def _counters(self) -> dict[str, float]:
    """The counters of the row, by name and labels as the exposition writes them; one that is not there yet is 0."""
    if not self.fault.counted:
      return {}
    lines = [line.rpartition(" ") for line in self.agent.metrics().splitlines()]
    values = {series: float(value) for series, _, value in lines if series in self.fault.counted}
    return {series: values.get(series, 0) for series in self.fault.counted}

  def _check_counted(self, before: dict[str, float]) -> None:
    after = self._counters()
    for series, wanted in self.fault.counted.items():
      if (found := after[series] - before[series]) != wanted:
        raise RowFailure(f"{self.host}: {series} rose by {found:g}, not by {wanted:g}")

  def _left(self) -> list[str]:
    """What still differs from before on the row's own host."""
    report = self._status(self.host)
    left = self._not_normal(report)
    return left + ([describe(new)] if (new := self._new_findings(self.host, None, report)) else [])

  def _not_normal(self, report: dict) -> list[str]:
    found = by_key(report)
    states = {key: found[key]["state"] if key in found else "absent" for key in self.normal}
    return [f"  {key[0]}[{key[1]}] is {states[key]}, not {state}" for key, state in self.normal.items()
            if states[key] != state]

  def _check_nothing_else(self, name: str, stage: Stage | None, report: dict) -> None:
    if new := self._new_findings(name, stage, report):
      raise RowFailure(f"{name}: bad, and the row does not say so:\n{describe(new)}")

  def _new_findings(self, name: str, stage: Stage | None, report: dict) -> list[dict]:
    """Findings that were not there before; without those that the stage accounts for."""
    earlier = {key: verdict["state"] for key, verdict in self.before[name].items()}
    fresh = [verdict for key, verdict in findings(report).items() if earlier.get(key) != verdict["state"]]
    return [verdict for verdict in fresh if stage is None or not self._accounts_for(stage, verdict)]

  def _accounts_for(self, stage: Stage, verdict: dict) -> bool:
    def any_of(patterns: tuple[Pattern, ...]) -> bool:
      return any(each.matches(verdict) for each in patterns)

    wanted = [(each.check, each.subject, each.state) for each in stage.expect]
    # A consequence is folded below its cause: as a root of its own it would be a false lead.
    folded = verdict["cause"] is not None and any_of(self.fault.consequences)
    return (verdict["check"], verdict["subject"], verdict["state"]) in wanted or any_of(self.fault.besides) or folded

  def _check_agents_lived(self) -> None:
    for name, agent in self.system.agents.items():
      if (now := agent.identity()) != self.identities[name]:
        raise RowFailure(f"{name}: the agent died or was started again: {self.identities[name]}, now {now}\n"
                         f"{agent.journal()}")

  def _status(self, name: str) -> dict:
    """The report of an agent; one that does not answer has failed the row."""
    try:
      return self.system.agents[name].status()
    except (OSError, http.client.HTTPException, RuntimeError, ValueError) as error:
      raise RowFailure(f"{name}: the agent does not answer: {error}\n{self.system.agents[name].journal()}") from error

  def _pause(self) -> None:
    # An emulated processor has little left for the agent while it answers.
    time.sleep(wait.INTERVAL * self.guest.patience)

  def _holds(self, command: str) -> bool:
    """Whether a line of shell succeeds in the guest."""
    script = f"if {{ {command}; }} >/dev/null 2>&1; then echo true; fi"
    return self.guest.shell(script, check=False).strip() == "true"

  def _do(self, actions: tuple[Action, ...]) -> float:
    """Does the actions in order; answers when the last one began, or the agent was ready again after a restart."""
    began = time.monotonic()
    for action in actions:
      began = time.monotonic()
      action.apply(self.guest)
      if action.restarts_agent:
        self.agent.wait_ready()
        self.identities[self.host] = self.agent.identity()
        began = time.monotonic()
    return began

  def _repair_quietly(self) -> None:
    """Undoes the fault of a row that failed, and gives the agent its time to see that: the next row needs it."""
    try:
      began = self._do(self.fault.repair)
      while self._left() and time.monotonic() < began + self.fault.clear_within * wait.PATIENCE:
        self._pause()
    except Exception as error:  # the failure that is on its way is the one to report
      print(f"the repair of {self.fault.name} failed as well: {error}")
