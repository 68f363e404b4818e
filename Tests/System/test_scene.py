"""The judgement over several hosts, on hosts that exist only here: what passes a scene and what fails it."""

import copy

import pytest

from rig import scene
from rig.matrix import Matrix, Pattern
from rig.row import RowFailure
from rig.scene import Scene, Told

FINDING = {"check": "a.check", "subject": "thing", "state": "failing", "planes": [], "cause": None,
           "summary": "it broke"}
WELL = {**FINDING, "state": "ok", "summary": "it works"}


class Host:
  """An agent that says one thing, until it is told to say another."""

  def __init__(self):
    self.verdicts, self.pid = [WELL], 1

  def status(self) -> dict:
    return {"verdicts": copy.deepcopy(self.verdicts), "impact": {}}

  def identity(self) -> dict:
    return {"MainPID": str(self.pid)}

  def journal(self) -> str:
    return ""


class Bed:
  def __init__(self):
    self.agents = {"one": Host(), "two": Host()}

  def profile(self, _host: str) -> str:
    return "worker"


@pytest.fixture
def bed(monkeypatch) -> Bed:
  monkeypatch.setattr(scene, "HEALTHY_SECONDS", 0.01)
  monkeypatch.setattr(scene.wait, "INTERVAL", 0.001)
  return Bed()


def play(bed: Bed, *besides: Pattern) -> Scene:
  return Scene(bed, Matrix((), ()), besides)


def told(host: str) -> Told:
  return Told(host, "a.check", "thing", "failing", "it broke")


def test_what_all_tell_and_let_go_passes(bed):
  with play(bed) as scene:
    for host in bed.agents.values():
      host.verdicts = [FINDING]
    scene.until_told(1, told("one"), told("two"))
    for host in bed.agents.values():
      host.verdicts = [WELL]


def test_one_that_does_not_tell_fails(bed):
  with pytest.raises(RowFailure, match=r"two: a.check.*\n.*it works"), play(bed) as scene:
    bed.agents["one"].verdicts = [FINDING]
    scene.until_told(0.01, told("one"), told("two"))


@pytest.mark.parametrize("false", [{**FINDING, "subject": "other"}, {**FINDING, "state": "warning"}])
def test_another_finding_anywhere_fails_unless_it_is_true_besides(bed, false):
  with pytest.raises(RowFailure, match="the scene does not say so"), play(bed) as scene:
    bed.agents["one"].verdicts, bed.agents["two"].verdicts = [FINDING], [false]
    scene.until_told(1, told("one"))
  bed.agents["one"].verdicts, bed.agents["two"].verdicts = [WELL], [WELL]
  with play(bed, Pattern(false["check"], false["subject"], (false["state"],), "true as well")) as scene:
    bed.agents["one"].verdicts, bed.agents["two"].verdicts = [FINDING], [false]
    scene.until_told(1, told("one"))
    bed.agents["one"].verdicts = [WELL]


def test_a_consequence_is_not_taken_for_a_root(bed):
  with pytest.raises(RowFailure), play(bed) as scene:
    bed.agents["one"].verdicts = [{**FINDING, "cause": {"check": "b.check", "subject": None}}]
    scene.until_told(0.01, told("one"))


def test_what_is_not_healthy_before_or_after_fails(bed):
  with pytest.raises(RowFailure, match="after the repair"), play(bed) as scene:
    bed.agents["one"].verdicts = [FINDING]
    scene.until_told(1, told("one"))
  with pytest.raises(RowFailure, match="before the fault"), play(bed):
    pass


def test_an_agent_that_dies_fails(bed):
  with pytest.raises(RowFailure, match="died"), play(bed):
    bed.agents["two"].pid = 2


def test_waiting_for_something_else_watches_all_the_same(bed):
  with pytest.raises(RowFailure, match="the scene does not say so"), play(bed) as scene:
    bed.agents["two"].verdicts = [FINDING]
    scene.until(lambda: False, 1, "never")
