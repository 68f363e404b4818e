"""The hosts with a kernel of their own: the rows of machine.toml, and the machine itself."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import MACHINE_MATRIX, MACHINE_PLAN, machine_rows
from rig import wait
from rig.machine_system import running
from rig.row import Row
from rig.verdicts import describe, findings

HOST = MACHINE_PLAN.hosts[0].name
READY_SECONDS = 15
# The server in the machine's own network, its client in a namespace on the wire beside it; both see the same files.
NFS_SERVER = """set -e
mkdir -p /srv/nfs /mnt/nfs /etc/nfs.conf.d
echo content > /srv/nfs/file
echo '/srv/nfs 192.168.100.0/24(rw,sync,no_subtree_check,no_root_squash,fsid=0)' > /etc/exports
printf '[nfsd]\nvers3=n\nthreads=2\ngrace-time=10\nlease-time=10\n' > /etc/nfs.conf.d/rig.conf
systemctl start nfs-server.service
nsenter --net=/run/netns/lan mount -t nfs4 -o vers=4.2,hard,timeo=20 192.168.100.113:/ /mnt/nfs
"""


@pytest.fixture(scope="module")
def bed(emulation, binary):
  """The host of the table, booted, with a ready agent."""
  with running(MACHINE_PLAN, HOST, binary) as system:
    yield system


@pytest.mark.parametrize("fault", machine_rows(HOST))
def test_fault_is_found_and_let_go(bed, measured, fault):
  with bed.use(keeps=not fault.boots):
    measured.append(Row(bed, MACHINE_MATRIX, fault, HOST).run())


def test_restored_machine_is_soon_ready_and_has_todays_clock(bed, capsys):
  with bed.use() as machine:
    machine.write("/root/left", "by another test\n")
  began = time.monotonic()
  bed.restore()
  took = time.monotonic() - began
  with capsys.disabled():
    print(f"\n{HOST}: restored and ready in {took:.1f} s ({machine.accelerator})")
  with bed.use() as machine:
    assert machine.shell("ls /root") == ""
    assert abs(float(machine.exec("date", "+%s.%N")) - time.time()) < 5 * machine.patience
  assert took < READY_SECONDS * wait.PATIENCE


def test_machine_has_no_way_out(bed):
  with bed.use() as machine:
    assert sorted(machine.shell("ls /sys/class/net").split()) == ["eth0", "lo"]
    assert machine.shell("ip route") == "192.168.100.0/24 dev eth0 proto kernel scope link src 192.168.100.113 \n"


def test_command_that_does_not_end_is_ended_inside_and_locks_nobody_out(bed):
  with bed.use() as machine:
    with ThreadPoolExecutor(1) as pool:
      hanging = pool.submit(machine.exec, "sleep", "1234", seconds=5)
      assert machine.shell("echo here") == "here\n"
      with pytest.raises(RuntimeError, match="status 124"):
        hanging.result()
    assert machine.shell("pgrep -fx 'sleep 1234'", check=False) == ""


def test_failure_shows_the_console(bed):
  with bed.use() as machine:
    with pytest.raises(RuntimeError, match="(?s)status 1.*its console ends:.*what it had to say"):
      machine.shell("echo what it had to say > /dev/console; exit 1")


def test_read_only_root_is_survived_without_a_false_word(bed):
  """No check looks at it; what the agent needs of the file system, it must not miss."""
  with bed.use(keeps=False) as machine:
    before = findings(bed.agents[HOST].status())
    machine.shell("echo u > /proc/sysrq-trigger; until grep -q ' / ext4 ro' /proc/mounts; do sleep 0.2; done")
    assert "Read-only file system" in machine.shell("touch /etc/x 2>&1", check=False)
    machine.shell("systemctl restart nodeagent.service")
    bed.agents[HOST].wait_ready()
    after = findings(bed.agents[HOST].status())
    assert not describe(each for key, each in after.items() if key not in before).strip("none ")


def test_nfs_server_and_client_are_in_the_kernel(bed):
  """Between two network namespaces, with a cut wire: what the tests of storage will stand on."""
  with bed.use(keeps=False) as machine:
    machine.shell(NFS_SERVER, seconds=300)
    assert machine.read("/mnt/nfs/file") == "content\n"
    assert " nfs4 " in machine.read("/proc/mounts")
    machine.shell("ip -n lan link set port0 down; echo 3 > /proc/sys/vm/drop_caches")
    machine.shell("systemd-run --quiet --unit=waits.service stat /mnt/nfs/other")
    wait.until(lambda: "D" in machine.shell("ps -o stat= -C stat", check=False), 60 * wait.PATIENCE, "stat hangs")
    machine.shell("ip -n lan link set port0 up; until ! systemctl -q is-active waits.service; do sleep 0.5; done")
