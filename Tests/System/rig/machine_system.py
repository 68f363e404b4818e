"""The second test bed: the hosts of machine.toml, each a virtual machine with the agent running on it."""

from contextlib import contextmanager
from pathlib import Path

from rig import image, installed, machine, wait
from rig.agent import Agent
from rig.cluster import ClusterPlan
from rig.machine import Machine
from rig.paths import SYSTEM
from rig.run import Run
from rig.variant import VARIANTS

TABLE = SYSTEM / "machine.toml"
READY = "ready"
LOOK_SECONDS = 30


@contextmanager
def running(plan: ClusterPlan, name: str, binary: Path):
  """The test bed of a host, started, for as long as it is used."""
  system = MachineSystem(plan, name, binary)
  try:
    system.start()
    yield system
  finally:
    system.stop()


class MachineSystem:
  """As System, for one host: rows find guests, agents and profiles under the same names."""

  def __init__(self, plan: ClusterPlan, name: str, binary: Path):
    self.plan = plan
    host = plan.host(name)
    disk = image.ensure(plan, host)
    machine.prepare(host, disk)
    self.run = Run()
    try:
      processor = VARIANTS[host.variant].processor
      layer = installed.agent(self.run.directory / "layers/agent", binary, processor.name)
      self.machine = Machine(self.run, host, disk, layer.root)
    except BaseException:
      self.run.stop()
      raise
    self.guests = {name: self.machine}
    self.agents = {name: Agent(self.machine)}
    self._is_worn = True

  @contextmanager
  def use(self, keeps: bool = True):
    """The machine, restored unless it is as it was; who fails, or does not keep it so, leaves it to nobody."""
    if self._is_worn:
      self.restore()
    self._is_worn = True
    yield self.machine
    self._is_worn = not keeps

  def start(self) -> None:
    """The machine just after its boot, and the agent newly installed; kept for restore()."""
    self.machine.restore()
    self.machine.unpack()
    plugins = installed.plugins(self.machine.exec("/usr/bin/nodeagent", "checks"))
    self.machine.write("/etc/nodeagent/nodeagent.yaml", installed.patience(plugins))
    if self.machine.variant.has_labels:
      # What an administrator writes has this label; what comes through the door, that of a service's state.
      self.machine.exec("restorecon", "/etc/nodeagent/nodeagent.yaml")
    self.machine.shell("systemctl start nodeagent-helper.socket nodeagent.service")
    self._wait_ready()
    for agent in self.agents.values():
      wait.until(lambda: all(each["state"] != "unknown" for each in agent.status()["verdicts"]),
                 LOOK_SECONDS * self.machine.patience, "the agent has seen all that it looks at")
    self.machine.save(READY)
    self._is_worn = False

  def restore(self) -> None:
    """The machine as it was when the agent had just become ready."""
    self.machine.restore(READY)
    self._wait_ready()

  def _wait_ready(self) -> None:
    for agent in self.agents.values():
      agent.wait_ready()

  def stop(self) -> None:
    try:
      self.machine.kill()
    finally:
      self.run.stop()

  def profile(self, host: str) -> str:
    return self.plan.host(host).profile
