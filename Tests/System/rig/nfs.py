"""NFS servers inside a virtual machine: hosts of their own on its wire, served by its kernel."""

from rig import wait
from rig.machine import Machine
from rig.paths import PAYLOAD

START_SECONDS = 20
OPTIONS = "rw,sync,no_subtree_check,no_root_squash"


class NFSServer:
  """A server in a network namespace of the machine, for as long as the block lasts; it speaks NFSv3, 4.1 and 4.2.

  The machine is the client. Whatever it mounted must be unmounted before the block ends, or it waits for ever.
  """

  def __init__(self, machine: Machine, name: str, address: str):
    """`address` is like 192.168.100.3/24."""
    self.machine, self.name, self.address = machine, name, address
    self.directory = f"/run/rig/{name}"

  @property
  def host(self) -> str:
    """The address that clients mount from."""
    return self.address.split("/")[0]

  def __enter__(self) -> "NFSServer":
    self.build()
    return self

  def build(self) -> None:
    """Makes the host and serves, for a machine that is thrown away or saved with its servers."""
    self.machine.write(f"{self.directory}/server", (PAYLOAD / "machine/nfs_server").read_text())
    ip = f"ip -n {self.name}"
    self.machine.shell(" && ".join((
      f"ip netns add {self.name}", f"ip -n lan link add {self.name}0 type veth peer name eth0 netns {self.name}",
      f"ip -n lan link set {self.name}0 master rig0 up", f"{ip} link set lo up",
      f"{ip} address add {self.address} dev eth0", f"{ip} link set eth0 up")))
    self.start()

  def __exit__(self, *_exception) -> None:
    self.stop()
    self.machine.shell(f"ip netns delete {self.name}")

  def start(self) -> None:
    """Serves, and remembers clients from before a stop; returns when the port is open."""
    self.machine.shell(f"systemd-run --quiet --collect --unit={self.name} -- ip netns exec {self.name} "
                       f"sh {self.directory}/server {self.directory}")
    wait.until(lambda: ":2049 " in self.machine.shell(f"ip netns exec {self.name} ss -Hltn"),
               START_SECONDS * self.machine.patience, f"{self.name} serves")

  def stop(self) -> None:
    """Ends the service; the host is still there, and refuses."""
    self.shell("rpc.nfsd 0; exportfs -f", check=False)
    self.machine.shell(f"systemctl stop {self.name}.service")

  def shell(self, script: str, check: bool = True) -> str:
    """Runs a line of shell on the server: in its network, among its mounts."""
    pid = self.machine.exec("systemctl", "show", "-P", "MainPID", f"{self.name}.service").strip()
    return self.machine.exec("nsenter", "--target", pid, "--mount", "--net", "--", "sh", "-c", script, check=check)

  def export(self, path: str, options: str = OPTIONS) -> None:
    """Exports a directory to everyone, and makes it if it is not there; once more with other options changes them."""
    self.machine.exec("mkdir", "-p", path)
    self.machine.write(self._file(path), f"{path} *({options})\n")
    self.shell("exportfs -r")

  def withdraw(self, path: str) -> None:
    """Exports a directory no longer: what clients have of it is stale."""
    self.machine.exec("rm", self._file(path))
    self.shell("exportfs -r && exportfs -f")

  def _file(self, path: str) -> str:
    return f"{self.directory}/exports/{path.strip('/').replace('/', '-')}.exports"

  def cut(self) -> None:
    """Takes the wire away: whoever asks gets no answer."""
    self.machine.shell(f"ip -n lan link set {self.name}0 down")

  def join(self) -> None:
    """Gives the wire back."""
    self.machine.shell(f"ip -n lan link set {self.name}0 up")

  def slow(self, *how: str) -> None:
    """Makes every answer late, such as slow("delay", "2s"), or lost, such as slow("loss", "30%")."""
    self.machine.exec("ip", "netns", "exec", self.name, "tc", "qdisc", "replace", "dev", "eth0", "root", "netem", *how)

  def hurry(self) -> None:
    """Undoes slow()."""
    self.machine.exec("ip", "netns", "exec", self.name, "tc", "qdisc", "delete", "dev", "eth0", "root")
