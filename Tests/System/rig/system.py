"""The whole test bed: every host of the table booted, with the agent running on each."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rig import installed, network, pki, profiles, trees
from rig.agent import Agent
from rig.cluster import ClusterPlan
from rig.guest import Guest
from rig.layer import Layer
from rig.run import Run


class System:
  """Built from the table and the agent's binary; stop() ends it."""

  def __init__(self, plan: ClusterPlan, binary: Path):
    self.plan = plan
    for suite in sorted({host.suite for host in plan.hosts}):
      trees.ensure(suite)
    certificates = pki.ensure(plan)
    self.run = Run()
    try:
      self._prepare(certificates, binary)
    except BaseException:
      self.run.stop()
      raise
    self.agents = {name: Agent(guest) for name, guest in self.guests.items()}

  @property
  def guests(self) -> dict[str, Guest]:
    return self.run.guests

  def start(self) -> None:
    """Boots all hosts and waits until each agent has looked once."""
    # As many at a time as there are processors: real hosts do not share theirs with seven others that boot.
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
      list(pool.map(self._start, self.guests))

  def _start(self, name: str) -> None:
    self.guests[name].start()
    self.agents[name].wait_ready()

  def stop(self) -> None:
    self.run.stop()

  def profile(self, host: str) -> str:
    return self.plan.host(host).profile

  def _prepare(self, certificates: Path, binary: Path) -> None:
    layers = self.run.directory / "layers"
    agent = installed.agent(layers / "agent", binary)
    for host in self.plan.hosts:
      layer = Layer(layers / host.name)
      profiles.build(layer, self.plan, host, trees.path(host.suite), certificates)
      self.run.add(host.name, host.suite, f"{host.address}/{self.plan.prefix_length}", [layer.root, agent.root],
                   self.plan.gateway)
    network.stand_in_for_router(self.run.holder, f"{self.plan.gateway}/{self.plan.prefix_length}")
