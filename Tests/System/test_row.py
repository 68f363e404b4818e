"""The runner's judgement on hosts that exist only here: what passes a row and what fails it."""

import copy

import pytest

from rig import row
from rig.matrix import Action, Baseline, Expectation, Fault, Matrix, Pattern, Stage
from rig.row import Row, RowFailure

ROOT = {"check": "a.check", "subject": "thing", "state": "failing", "planes": ["workloads"], "cause": None,
        "summary": "it broke"}
BREAK, MEND = Action("run", "break"), Action("run", "mend")


class Host:
  """A guest and its agent in one: what it reports while whole and while broken is given."""

  patience = 1

  def __init__(self, name: str, whole: list, broken: list, dies: bool = False, counts: int = 0):
    self.name, self.whole, self.broken, self.dies, self.counts = name, whole, broken, dies, counts
    self.is_broken, self.pid, self.done, self.counter = False, 1, [], 7

  def shell(self, script: str, check: bool = True) -> str:
    self.done.append(script)
    if script == "break":
      self.is_broken, self.pid, self.counter = True, self.pid + self.dies, self.counter + self.counts
    if script == "mend":
      self.is_broken = False
    holds = self.is_broken if "is-broken" in script else not self.is_broken
    return "true\n" if holds else ""

  def status(self) -> dict:
    verdicts = self.broken if self.is_broken else self.whole
    return {"verdicts": copy.deepcopy(verdicts), "impact": {"workloads": "lost" if self.is_broken else "ok"}}

  def metrics(self) -> str:
    return f"# TYPE restarts_total counter\n{SERIES} {self.counter}\n{SERIES[:-1]},other=\"y\"}} 99\n"

  def identity(self) -> dict:
    return {"MainPID": str(self.pid)}

  def journal(self) -> str:
    return ""

  def systemd_version(self) -> str:
    return "257"


class Bed:
  def __init__(self, *hosts: Host):
    self.guests = self.agents = {host.name: host for host in hosts}

  def profile(self, _host: str) -> str:
    return "worker"


def verdict(**changes) -> dict:
  return {**ROOT, **changes}


WHOLE = [verdict(state="ok"), verdict(check="b.check", state="ok"), verdict(check="c.check", state="warning")]


def fault(**changes) -> Fault:
  stage = Stage((BREAK,), (Expectation("a.check", "thing", "failing", planes=("workloads",)),), 0.05, "is-broken",
                changes.pop("impact", {"workloads": "lost"}))
  parts = {"name": "row", "host": "one", "also": (), "stages": (stage,), "repair": (MEND,), "repaired": "is-whole",
           "clear_within": 0.05, "consequences": (), "besides": ()}
  return Fault(**{**parts, **changes})


MATRIX = Matrix((Baseline(("worker",), Pattern("c.check", reason="always so")),), ())


@pytest.fixture(autouse=True)
def quick(monkeypatch):
  monkeypatch.setattr(row, "SETTLE_SECONDS", 0)
  monkeypatch.setattr(row, "PROOF_SECONDS", 0.1)
  monkeypatch.setattr(row, "HEALTHY_SECONDS", 0.02)
  monkeypatch.setattr(row.wait, "INTERVAL", 0.001)


def run(host: Host, *others: Host, **changes):
  return Row(Bed(host, *others), MATRIX, fault(**changes), "one").run()


def test_row_passes_when_the_root_is_found_and_let_go():
  measured = run(Host("one", WHOLE, [ROOT, *WHOLE[1:]]), Host("two", WHOLE, WHOLE))
  assert len(measured.detected) == 1 and measured.cleared >= 0


@pytest.mark.parametrize("broken", [
  pytest.param([], id="nothing is said"),
  pytest.param([verdict(state="unknown")], id="unknown is no detection"),
  pytest.param([verdict(state="warning")], id="another state"),
  pytest.param([verdict(subject="other")], id="another subject"),
  pytest.param([verdict(cause={"check": "b.check", "subject": ""})], id="folded below another cause"),
  pytest.param([verdict(planes=["storage"])], id="another plane"),
])
def test_row_fails_when_the_root_is_not_found(broken):
  with pytest.raises(RowFailure, match="not found as the row says"):
    host = Host("one", WHOLE, [*broken, *WHOLE[1:]])
    run(host, besides=(Pattern("a.check", reason="to see that it does not count"),))


@pytest.mark.parametrize("state", ["warning", "failing", "unknown"])
def test_row_fails_when_something_else_turns_bad(state):
  with pytest.raises(RowFailure, match="the row does not say so"):
    run(Host("one", WHOLE, [ROOT, verdict(check="b.check", state=state), WHOLE[2]]))


def test_row_fails_on_a_false_finding_that_goes_away_again():
  host = Host("one", WHOLE, [ROOT, *WHOLE[1:]])
  asked = []

  def status() -> dict:
    asked.append(host.is_broken)
    flash = asked.count(True) == 1
    return {"verdicts": [*WHOLE, verdict(check="d.check")], "impact": {}} if flash else Host.status(host)

  host.status = status
  with pytest.raises(RowFailure, match="d.check"):
    run(host)


def test_row_fails_when_a_finding_that_was_there_gets_worse():
  with pytest.raises(RowFailure, match="the row does not say so"):
    run(Host("one", WHOLE, [ROOT, WHOLE[1], verdict(check="c.check", state="failing")]))


def test_row_fails_when_another_host_turns_bad():
  one, two = Host("one", WHOLE, [ROOT, *WHOLE[1:]]), Host("two", WHOLE, [ROOT])
  one.shell = lambda script, check=True: (two.shell(script), Host.shell(one, script))[1]
  with pytest.raises(RowFailure, match="^two: bad, and"):
    run(one, two, consequences=(Pattern("*"),), besides=(Pattern("*", reason="only on the row's own host"),))


FOLLOWS = verdict(check="b.check", cause={"check": "a.check", "subject": "thing"})


def test_named_consequence_is_accepted_below_its_cause():
  run(Host("one", WHOLE, [ROOT, FOLLOWS, WHOLE[2]]), consequences=(Pattern("b.check"),))


def test_named_consequence_fails_the_row_as_a_root_of_its_own():
  with pytest.raises(RowFailure, match="the row does not say so"):
    run(Host("one", WHOLE, [ROOT, {**FOLLOWS, "cause": None}, WHOLE[2]]), consequences=(Pattern("b.check"),))


def test_row_fails_when_the_impact_is_another():
  with pytest.raises(RowFailure, match="impact on workloads is lost, not at_risk"):
    run(Host("one", WHOLE, [ROOT, *WHOLE[1:]]), impact={"workloads": "at_risk"})


def test_row_fails_when_an_agent_dies_and_comes_back():
  with pytest.raises(RowFailure, match="died or was started again"):
    run(Host("one", WHOLE, [ROOT, *WHOLE[1:]], dies=True))


def test_row_fails_when_an_agent_does_not_answer():
  one, two = Host("one", WHOLE, [ROOT, *WHOLE[1:]]), Host("two", WHOLE, WHOLE)

  def status() -> dict:
    if one.is_broken:
      raise ConnectionRefusedError("nobody listens")
    return Host.status(two)

  two.status = status
  with pytest.raises(RowFailure, match="^two: the agent does not answer"):
    run(one, two)


def test_row_does_not_start_on_a_host_that_is_not_healthy():
  host = Host("one", [*WHOLE, verdict(check="d.check", state="warning")], [ROOT])
  with pytest.raises(RowFailure, match="not healthy before"):
    run(host)
  assert "break" not in host.done


def test_row_starts_when_the_one_before_has_been_cleared():
  host = Host("one", [*WHOLE, verdict(check="d.check", state="warning")], [ROOT, *WHOLE[1:]])
  asked = []

  def status() -> dict:
    asked.append(1)
    if len(asked) == 3:
      host.whole = WHOLE
    return Host.status(host)

  host.status = status
  run(host)


@pytest.mark.parametrize("state", ["warning", "skipped", "unknown"])
def test_row_does_not_start_when_its_check_is_not_ok(state):
  matrix = Matrix((Baseline(("worker",), Pattern("*", reason="all is accepted")),), ())
  host = Host("one", [verdict(state=state)], [ROOT])
  with pytest.raises(RowFailure, match=f"is {state}, not ok"):
    Row(Bed(host), matrix, fault(), "one").run()


def test_row_fails_when_the_fault_is_not_real_whatever_the_agent_says():
  host = Host("one", WHOLE, [ROOT, *WHOLE[1:]])
  harmless = Stage((Action("run", "nothing"),), fault().stages[0].expect, 1, "is-broken")
  with pytest.raises(TimeoutError, match="the fault is real"):
    run(host, stages=(harmless,))


def test_row_fails_when_the_finding_stays():
  host = Host("one", WHOLE, [ROOT, *WHOLE[1:]])
  host.status = lambda: {"verdicts": host.broken if "break" in host.done else WHOLE, "impact": {"workloads": "lost"}}
  with pytest.raises(RowFailure, match="after the repair"):
    run(host)


def test_failed_row_is_repaired_for_the_next_one():
  host = Host("one", WHOLE, [WHOLE[0]])
  with pytest.raises(RowFailure):
    run(host)
  assert host.done[-1] == "mend" and not host.is_broken


BELOW = Expectation("b.check", "thing", "failing", cause="a.check[thing]")


def expecting(*more: Expectation) -> tuple[Stage, ...]:
  return (Stage((BREAK,), (*fault().stages[0].expect, *more), 0.05, "is-broken"),)


def test_row_passes_when_a_wanted_consequence_is_below_its_cause():
  run(Host("one", WHOLE, [ROOT, FOLLOWS, WHOLE[2]]), stages=expecting(BELOW))


@pytest.mark.parametrize("cause", [None, {"check": "c.check", "subject": "thing"}, {"check": "a.check", "subject": None}])
def test_row_fails_when_a_wanted_consequence_is_below_something_else(cause):
  with pytest.raises(RowFailure, match=r"within .*: b.check\[thing\]"):
    run(Host("one", WHOLE, [ROOT, {**FOLLOWS, "cause": cause}, WHOLE[2]]), stages=expecting(BELOW))


SERIES = 'restarts_total{unit="x.service"}'


@pytest.mark.parametrize(("rises", "wanted"), [(1, 1), (0, 0)])
def test_row_passes_when_a_counter_rises_as_wanted(rises, wanted):
  run(Host("one", WHOLE, [ROOT, *WHOLE[1:]], counts=rises), counted={SERIES: wanted})


@pytest.mark.parametrize("rises", [0, 2])
def test_row_fails_when_a_counter_rises_otherwise(rises):
  with pytest.raises(RowFailure, match=f"rose by {rises}, not by 1"):
    run(Host("one", WHOLE, [ROOT, *WHOLE[1:]], counts=rises), counted={SERIES: 1})
