"""A virtual machine as the client of two NFS servers: one that tests break, one that must stay well meanwhile."""

import re
from pathlib import Path

from rig import installed, wait
from rig.agent import UNIT
from rig.machine_system import READY, MachineSystem
from rig.nfs import OPTIONS, NFSServer
from rig.verdicts import by_key, describe, findings
from rig.volumes import Volume

SHARE, OTHER_SHARE = "/srv/share", "/srv/other"
SHARE_BYTES = 64 << 20
# What is hard waits for ever; what is soft gives up soon, so that a test sees that too.
SOFT = "soft,timeo=50,retrans=2"
# Else what only a look at a mount tells is known after five minutes.
SETTINGS = "checks:\n  nfs.responding: {deepProbe: 10s}\n"
SETTLE_SECONDS = 60
# Counted over five minutes: a fault that is over is remembered that long.
REMEMBERED = "nfs.retransmissions"


class Storage:
  """The servers, the pods' volumes on them, and what the agent says of either."""

  def __init__(self, bed: MachineSystem, name: str):
    self.bed, self.machine, self.agent = bed, bed.machine, bed.agents[name]
    self.faulty = NFSServer(self.machine, "nas", "192.168.100.3/24")
    self.untouched = NFSServer(self.machine, "spare", "192.168.100.4/24")
    # Two claims of one class are one mounted file system; each other set of options is one of its own.
    self.volumes = [Volume(self.faulty.host, SHARE, pod, options) for pod, options in (
      ("default/web-0", "vers=4.2,hard"), ("default/web-1", "vers=4.2,hard"), ("shop/db-0", "vers=3,hard"),
      ("shop/cache-0", f"vers=4.2,{SOFT}"), ("shop/queue-0", f"vers=3,{SOFT}"))]
    self.others = [Volume(self.untouched.host, OTHER_SHARE, pod, options) for pod, options in (
      ("default/mail-0", "vers=4.2,hard"), ("default/wiki-0", "vers=3,hard"))]
    # What was bad before anything was done.
    self.before: set[tuple[str, str]] = set()

  def set_up(self) -> None:
    """Serves and mounts everything; the bed goes back to that from now on."""
    with self.bed.use() as machine:
      self.before = set(findings(self.agent.status()))
      machine.shell(f"mkdir -p {SHARE} {OTHER_SHARE} && truncate -s {SHARE_BYTES} {SHARE}.disk"
                    f" && mkfs.ext4 -q -m 0 {SHARE}.disk && mount -o loop {SHARE}.disk {SHARE}")
      for server, share in ((self.faulty, SHARE), (self.untouched, OTHER_SHARE)):
        server.build()
        server.export(share)
      for volume in self.volumes + self.others:
        volume.provision(machine)
        volume.publish(machine)
        machine.exec("grep", "-qx", "content", f"{volume.mount_point}/file")
      settings = installed.patience(installed.plugins(machine.exec("/usr/bin/nodeagent", "checks")))
      machine.write("/etc/nodeagent/nodeagent.yaml", settings + SETTINGS)
      machine.exec("systemctl", "restart", UNIT, seconds=machine.command_seconds)
      self.agent.wait_ready()
      self.wait(self.is_well, SETTLE_SECONDS, "the agent sees both servers and all that is mounted")
      machine.save(READY)

  # ---- what the agent says ----

  def wait(self, condition, seconds: float, what: str) -> dict:
    """The first report of which the condition holds; all until then say nothing of the server that is untouched."""
    last: dict = {}

    def look():
      last.update(report=self.agent.status())
      self.require_untouched(last["report"])
      return condition(last["report"])

    try:
      wait.until(look, seconds * self.machine.patience, what)
    except TimeoutError as error:
      said = [each for each in by_key(last["report"]).values() if each["plugin"] == "nfs" or is_bad(each)]
      raise TimeoutError(f"{error}; the agent says\n{describe(said)}\n{self.agent.journal()}") from None
    return last["report"]

  def about(self, report: dict, server: NFSServer, check: str | None = None) -> list[dict]:
    """The verdicts of the NFS checks, or of one, whose subject begins with the server."""
    return [each for each in by_key(report).values() if each["plugin"] == "nfs"
            and each["subject"].split(" ")[0] == server.host and check in (None, each["check"])]

  def require_untouched(self, report: dict) -> None:
    """Raises when something is said of the other server, or of anything but NFS that was well before.

    An emulated processor that has other work is itself what answers slowly, and what misses a deadline.
    """
    strange = [each for each in self.about(report, self.untouched) if is_bad(each)]
    if self.machine.accelerator == "kvm":
      strange += [each for key, each in findings(report).items() if each["plugin"] != "nfs" and key not in self.before]
    else:
      strange = [each for each in strange if "answers slowly" not in each["summary"]]
    assert not strange, f"bad, and nobody broke it:\n{describe(strange)}\nbeside\n{describe(findings(report).values())}"

  def is_well(self, report: dict) -> bool:
    """Whether both servers answer, all that is mounted was looked at, and no check of NFS has a finding."""
    looked = [each for server in (self.faulty, self.untouched)
              for check in ("nfs.server", "nfs.responding", "nfs.read-only", "nfs.space")
              for each in self.about(report, server, check)]
    found = [each for each in findings(report).values() if each["plugin"] == "nfs" and each["check"] != REMEMBERED]
    return bool(looked) and all(each["state"] == "ok" for each in looked) and not found

  def metrics(self) -> dict[str, float]:
    """The exposition's values by name and labels as they are written."""
    lines = [line for line in self.agent.metrics().splitlines() if line and not line.startswith("#")]
    return {series: float(value) for series, _, value in (line.rpartition(" ") for line in lines)}

  def up(self, name: str, server: NFSServer) -> set[float]:
    """The values of a server's series `nodeagent_nfs_NAME_up`."""
    pattern = re.compile(rf'nodeagent_nfs_{name}_up{{.*server="{re.escape(server.host)}".*}}')
    return {value for series, value in self.metrics().items() if pattern.fullmatch(series)}

  def affected(self, server: NFSServer) -> dict[str, str]:
    """The pods by their volumes that the exposition says suffer from a server."""
    pattern = re.compile(r'nodeagent_nfs_affected_volume_info{(.*)}')
    found = [dict(re.findall(r'(\w+)="([^"]*)"', match[1])) for match in map(pattern.fullmatch, self.metrics()) if match]
    return {labels["volume"]: labels["pod"] for labels in found if labels["server"] == server.host}

  def footprint(self) -> dict[str, int]:
    """What the agent and its helper hold: threads, files, and all processes of the program."""
    words = self.machine.shell(
      f"pid=$(systemctl show -P MainPID {UNIT}); ls /proc/$pid/task | wc -l; ls /proc/$pid/fd | wc -l; "
      "cat /proc/$pid/task/*/children | wc -w; "
      "helper=$(systemctl show -P MainPID nodeagent-helper.service); "
      "cat /proc/$helper/task/*/children 2>/dev/null | wc -w").split()
    return dict(zip(("threads", "files", "children", "children of the helper"), map(int, words), strict=True))

  # ---- what is done to the faulty server ----

  def firewall(self, rule: str) -> None:
    """Lets its host drop what a rule of nftables says."""
    self._on_faulty("nft", f"add table inet rig; add chain inet rig in {{ type filter hook input priority 0; }}; "
                           f"add rule inet rig in {rule} drop")

  def no_firewall(self) -> None:
    self._on_faulty("nft", "delete table inet rig")

  def crash(self) -> None:
    """Takes the host away as a reboot does: it does not say goodbye."""
    self.faulty.cut()
    self.faulty.stop()

  def reboot(self) -> None:
    """Brings it back with what it had on its disk."""
    self.faulty.join()
    self.faulty.start()

  def remake(self) -> None:
    """Withdraws the share, makes every directory anew, and exports it again: what is mounted is stale."""
    self.faulty.withdraw(SHARE)
    for volume in self.volumes:
      self.machine.exec("rm", "-r", volume.directory)
      volume.provision(self.machine)
    self.faulty.export(SHARE)

  def remount(self) -> None:
    """What the kubelet does when the pods are made anew."""
    for volume in self.volumes:
      volume.unmount(self.machine)
      volume.mount(self.machine)

  def fill(self) -> None:
    """Leaves no room on the share."""
    self.machine.shell(f"! cat /dev/zero 2>/dev/null > {SHARE}/filler && sync -f {SHARE}")

  def drain(self) -> None:
    self.machine.exec("rm", f"{SHARE}/filler")

  def forbid_writes(self) -> None:
    self.faulty.export(SHARE, OPTIONS.replace("rw", "ro"))

  def allow_writes(self) -> None:
    self.faulty.export(SHARE)

  def _on_faulty(self, *command: str) -> None:
    self.machine.exec("ip", "netns", "exec", self.faulty.name, *command)


def is_bad(verdict: dict) -> bool:
  return verdict["state"] not in ("ok", "skipped")
