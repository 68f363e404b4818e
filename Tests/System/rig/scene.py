"""A fault that several hosts see: put in, told by each of them as it must be, repaired, and let go by all."""

import time
from dataclasses import dataclass

from rig import wait
from rig.matrix import Expectation, Pattern
from rig.row import RowFailure
from rig.verdicts import describe, findings, is_found

HEALTHY_SECONDS = 30


@dataclass(frozen=True)
class Told:
  """A finding that a host must give, as a root."""

  host: str
  check: str
  subject: str
  state: str
  says: str = ""

  @property
  def expectation(self) -> Expectation:
    return Expectation(self.check, self.subject, self.state, says=self.says)

  def __str__(self) -> str:
    return f"{self.host}: {self.expectation.label} {self.state} “{self.says}”"


class Scene:
  """From healthy to healthy. Whatever else turns bad meanwhile, on any host, fails it, and so does an agent that dies.

  `besides` are patterns of findings that are true as well, each with its reason.
  """

  def __init__(self, system, matrix, besides: tuple[Pattern, ...] = ()):
    self.system, self.matrix, self.besides = system, matrix, besides
    self.expected: list[Told] = []

  def __enter__(self) -> "Scene":
    self._until_healthy("before the fault")
    self.identities = {name: agent.identity() for name, agent in self.system.agents.items()}
    return self

  def __exit__(self, kind, *_exception) -> None:
    if kind is None:
      took = self._until_healthy("after the repair")
      print(f"clear in {took:.2f} s")
      for name, agent in self.system.agents.items():
        if agent.identity() != self.identities[name]:
          raise RowFailure(f"{name}: the agent died or was started again\n{agent.journal()}")

  def until_told(self, within: float, *expected: Told) -> float:
    """Waits until all of it is told at the same time, and answers how long that took."""
    self.expected += expected
    within *= wait.PATIENCE
    began = time.monotonic()
    while True:
      reports = self._reports()
      self._check(reports)
      missing = [each for each in expected if not is_found(reports[each.host], each.expectation)]
      if not missing:
        took = time.monotonic() - began
        print(f"{len(expected)} told in {took:.2f} s")
        return took
      if time.monotonic() > began + within:
        raise RowFailure(f"not told within {within:g} s:\n" + "\n".join(
          f"{each}\n{describe(v for v in reports[each.host]['verdicts'] if v['check'] == each.check)}"
          for each in missing))
      time.sleep(wait.INTERVAL)

  def until(self, condition, within: float, what: str) -> float:
    """Waits for something that is no finding, while nothing else may turn bad."""
    within *= wait.PATIENCE
    began = time.monotonic()
    while not condition():
      self._check(self._reports())
      if time.monotonic() > began + within:
        raise RowFailure(f"not within {within:g} s: {what}")
      time.sleep(wait.INTERVAL)
    took = time.monotonic() - began
    print(f"{what} in {took:.2f} s")
    return took

  def _until_healthy(self, when: str) -> float:
    began = time.monotonic()
    while bad := self._bad(self._reports()):
      if time.monotonic() > began + HEALTHY_SECONDS * wait.PATIENCE:
        found = "\n".join(f"{name}:\n{describe(each)}" for name, each in bad.items())
        raise RowFailure(f"not healthy {when}:\n{found}")
      time.sleep(wait.INTERVAL)
    return time.monotonic() - began

  def _reports(self) -> dict[str, dict]:
    return {name: agent.status() for name, agent in self.system.agents.items()}

  def _bad(self, reports: dict[str, dict]) -> dict[str, list[dict]]:
    """The findings that neither a healthy host has here nor the scene accepts."""
    bad = {name: [each for each in findings(report).values()
                  if not self.matrix.accepts(self.system.profile(name), each)
                  and not any(pattern.matches(each) for pattern in self.besides)]
           for name, report in reports.items()}
    return {name: each for name, each in bad.items() if each}

  def _check(self, reports: dict[str, dict]) -> None:
    accounted = {(each.host, each.check, each.subject, each.state) for each in self.expected}
    for name, bad in self._bad(reports).items():
      if false := [each for each in bad if (name, each["check"], each["subject"], each["state"]) not in accounted]:
        raise RowFailure(f"{name}: bad, and the scene does not say so:\n{describe(false)}")
