"""The fault matrix, faults.toml, as values; what is written wrongly is refused before any host is started."""

import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from rig.cluster import PROFILES, ClusterPlan
from rig.paths import SYSTEM

BAD = ("warning", "failing", "unknown")
DETECTED = ("warning", "failing")  # `unknown` says that the agent could not look: never a detection
PLANES = ("administration", "workloads", "lan_access", "internet_access", "storage")
IMPACTS = ("ok", "at_risk", "lost")
ACTIONS = ("run", "write", "append", "remove", "restart_guest", "restart_agent", "boot")


def label(check: str, subject: str) -> str:
  """A check and what it is about, as the table writes them."""
  return f"{check}[{subject}]" if subject else check


@dataclass(frozen=True)
class Pattern:
  """Verdicts by check, subject and state; `*` stands for anything."""

  check: str
  subject: str = "*"
  states: tuple[str, ...] = BAD
  reason: str = ""

  def matches(self, verdict: dict) -> bool:
    return (fnmatchcase(verdict["check"], self.check) and fnmatchcase(verdict["subject"], self.subject)
            and verdict["state"] in self.states)


@dataclass(frozen=True)
class Baseline:
  """A finding that hosts of these profiles have here without any fault, and why that is right."""

  profiles: tuple[str, ...]
  pattern: Pattern


@dataclass(frozen=True)
class Expectation:
  """A finding that the agent must give, and the state it must have before and again afterwards.

  It is a root unless `cause` names the root that it follows from, such as `units.state[crio.service]`.
  """

  check: str
  subject: str
  state: str
  before: str = "ok"
  says: str = ""
  planes: tuple[str, ...] | None = None
  cause: str | None = None

  @property
  def label(self) -> str:
    return label(self.check, self.subject)


@dataclass(frozen=True)
class Action:
  """One thing done to the host: a line of shell, a file written, appended to or removed, a restart, or a boot with
  arguments for the kernel."""

  kind: str
  value: str | bool
  text: str = ""

  @classmethod
  def parse(cls, table: dict) -> "Action":
    kinds = [key for key in table if key in ACTIONS]
    if len(kinds) != 1 or set(table) - {kinds[0], "text"}:
      raise ValueError(f"an action has exactly one of {ACTIONS}, and text for a file: {table}")
    return cls(kinds[0], table[kinds[0]], table.get("text", ""))

  @property
  def restarts_agent(self) -> bool:
    return self.kind in ("restart_guest", "restart_agent", "boot")

  def apply(self, guest) -> None:
    """Does it, inside the guest."""
    match self.kind:
      case "run":
        guest.shell(self.value)
      case "write":
        guest.write(self.value, self.text)
      case "append":
        guest.write(self.value, guest.read(self.value) + self.text)
      case "remove":
        guest.exec("rm", self.value)
      case "restart_agent":
        guest.shell("systemctl daemon-reload && systemctl restart nodeagent.service")
      case "restart_guest":
        guest.restart()
      case "boot":
        guest.boot(self.value)


@dataclass(frozen=True)
class Stage:
  """Something is broken; a command proves that it is; the agent must say so in time."""

  inject: tuple[Action, ...]
  expect: tuple[Expectation, ...]
  within: float
  proof: str
  impact: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
  """A row: stages that follow one another, the repair, and what else may be said meanwhile."""

  name: str
  host: str
  also: tuple[str, ...]
  stages: tuple[Stage, ...]
  repair: tuple[Action, ...]
  repaired: str
  clear_within: float
  consequences: tuple[Pattern, ...]
  besides: tuple[Pattern, ...]
  counted: dict[str, float] = field(default_factory=dict)
  full: bool = False

  @property
  def actions(self) -> tuple[Action, ...]:
    return tuple(action for stage in self.stages for action in stage.inject) + self.repair

  @property
  def boots(self) -> bool:
    """Whether it boots the host, after which nothing is as it was but the files."""
    return any(action.kind in ("restart_guest", "boot") for action in self.actions)


@dataclass(frozen=True)
class Matrix:
  """All rows and the accepted baseline."""

  baseline: tuple[Baseline, ...]
  faults: tuple[Fault, ...]

  @classmethod
  def load(cls, plan: ClusterPlan, path: Path = SYSTEM / "faults.toml") -> "Matrix":
    table = tomllib.loads(path.read_text())
    matrix = cls(tuple(map(_baseline, table.get("baseline", []))), tuple(map(_fault, table["fault"])))
    hosts = {host.name for host in plan.hosts}
    for fault in matrix.faults:
      if unknown := {fault.host, *fault.also} - hosts:
        raise ValueError(f"{fault.name}: no such host: {sorted(unknown)}")
      boots = any(action.kind == "boot" for action in fault.actions)
      if plan.tier != "machine" and (fault.full or boots):
        raise ValueError(f"{fault.name}: boot and full are for hosts with a kernel of their own")
    names = [fault.name for fault in matrix.faults]
    if len(set(names)) != len(names):
      raise ValueError("two rows have the same name")
    return matrix

  def accepts(self, profile: str, verdict: dict) -> bool:
    """Whether a finding belongs to a healthy host of this profile here."""
    return any(profile in each.profiles and each.pattern.matches(verdict) for each in self.baseline)


def _baseline(table: dict) -> Baseline:
  profiles = tuple(table.pop("profiles", PROFILES))
  if set(profiles) - set(PROFILES) or not table.get("reason"):
    raise ValueError(f"a baseline entry names known profiles and its reason: {table}")
  return Baseline(profiles, _pattern(table))


def _pattern(table: dict) -> Pattern:
  if "states" in table:
    table = {**table, "states": tuple(table["states"])}
  return Pattern(**table)


def _fault(table: dict) -> Fault:
  name = table["name"]
  allowed = {"name", "host", "also", "stage", "repair", "repaired", "clear_within", "consequence", "besides",
             "counted", "full"}
  if unknown := set(table) - allowed:
    raise ValueError(f"{name}: unknown keys {sorted(unknown)}")
  consequences = tuple(_pattern(each) for each in table.get("consequence", []))
  besides = tuple(_pattern(each) for each in table.get("besides", []))
  if any(not each.reason for each in besides):
    raise ValueError(f"{name}: a finding besides needs its reason")
  return Fault(name, table["host"], tuple(table.get("also", [])), tuple(_stage(name, each) for each in table["stage"]),
               tuple(map(Action.parse, table["repair"])), table["repaired"], float(table["clear_within"]),
               consequences, besides, dict(table.get("counted", {})), bool(table.get("full", False)))


def _stage(name: str, table: dict) -> Stage:
  expect = tuple(Expectation(**{**each, "planes": tuple(each["planes"]) if "planes" in each else None})
                 for each in table["expect"])
  if not expect or any(each.state not in DETECTED for each in expect):
    raise ValueError(f"{name}: a detected fault is one of {DETECTED}")
  impact = table.get("impact", {})
  if set(impact) - set(PLANES) or set(impact.values()) - set(IMPACTS):
    raise ValueError(f"{name}: impact {impact}")
  return Stage(tuple(map(Action.parse, table["inject"])), expect, float(table["within"]), table["proof"], impact)
