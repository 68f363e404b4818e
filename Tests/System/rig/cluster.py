"""The table of hosts, cluster.toml, as values."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from rig.paths import SYSTEM
from rig.variant import VARIANTS

# Where the hosts live: in namespaces of this machine, or each in a virtual machine with a kernel of its own.
TIERS = ("namespaces", "machine")
PROFILES = ("master", "worker", "load-balancer", "nas", "candidate")


@dataclass(frozen=True)
class HostPlan:
  """One host as the table wants it."""

  name: str
  profile: str
  suite: str
  address: str
  kubernetes: str | None = None
  first_master: bool = False
  # What kind of virtual machine it is, of rig.variant.
  variant: str = "plain"

  def __post_init__(self):
    if self.profile not in PROFILES:
      raise ValueError(f"{self.name}: profile {self.profile!r} is none of {PROFILES}")
    if self.variant not in VARIANTS:
      raise ValueError(f"{self.name}: variant {self.variant!r} is none of {tuple(VARIANTS)}")

  @property
  def minor(self) -> int:
    """The minor version of Kubernetes, 32 of 1.32.3."""
    assert self.kubernetes is not None
    return int(self.kubernetes.split(".")[1])


@dataclass(frozen=True)
class ClusterPlan:
  """All hosts and what they share."""

  endpoint: str
  prefix_length: int
  gateway: str
  hosts: tuple[HostPlan, ...]
  tier: str = "namespaces"

  def __post_init__(self):
    if self.tier not in TIERS:
      raise ValueError(f"tier {self.tier!r} is none of {TIERS}")

  @classmethod
  def load(cls, path: Path = SYSTEM / "cluster.toml") -> "ClusterPlan":
    table = tomllib.loads(path.read_text())
    return cls(hosts=tuple(HostPlan(**host) for host in table["host"]), **table["cluster"])

  @property
  def masters(self) -> list[HostPlan]:
    return [host for host in self.hosts if host.profile == "master"]

  def host(self, name: str) -> HostPlan:
    return next(host for host in self.hosts if host.name == name)
