"""The hosts with a kernel of their own: the rows of machine.toml, and the machine itself."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import MACHINE_MATRIX, MACHINE_PLAN, in_full, machine_rows
from rig import wait
from rig.machine_system import running
from rig.nfs import NFSServer
from rig.row import Row
from rig.verdicts import require_agreement

HOST = MACHINE_PLAN.hosts[0].name
READY_SECONDS = 15


@pytest.fixture(scope="module")
def bed(emulation, binary):
  """The host of the table, booted, with a ready agent."""
  with running(MACHINE_PLAN, HOST, binary) as system:
    yield system


@pytest.mark.parametrize("fault", machine_rows(HOST))
def test_fault_is_found_and_let_go(bed, measured, fault):
  with bed.use(keeps=not fault.boots):
    measured(Row(bed, MACHINE_MATRIX, fault, HOST).run())


def test_daemon_in_its_sandbox_tells_what_roots_doctor_tells(bed):
  with bed.use():
    require_agreement(bed.agents[HOST])


def test_restored_machine_is_soon_ready_and_has_todays_clock(bed, figure):
  with bed.use() as machine:
    machine.write("/root/left", "by another test\n")
  began = time.monotonic()
  bed.restore()
  took = time.monotonic() - began
  figure(f"{HOST}: restored and ready in {took:.1f} s ({machine.accelerator})")
  with bed.use() as machine:
    assert machine.shell("ls /root") == ""
    assert abs(float(machine.exec("date", "+%s.%N")) - time.time()) < 5 * machine.patience * wait.PATIENCE
  assert took < READY_SECONDS * wait.PATIENCE


def test_machine_has_no_way_out(bed):
  with bed.use() as machine:
    assert sorted(machine.shell("ls /sys/class/net").split()) == ["eth0", "lo"]
    assert machine.shell("ip route").split("\n")[0].split() == ["default", "via", MACHINE_PLAN.gateway, "dev", "eth0"]
    assert machine.shell("ip -n lan route show default") == ""
    assert sorted(machine.shell("ip netns exec lan ls /sys/class/net").split()) == ["lo", "port0", "rig0"]


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


MOUNTS = ("vers=4.2", "vers=3")


@in_full
def test_nfs_server_is_served_by_the_kernel_and_comes_and_goes(bed):
  """A server in a namespace, the machine its client: what the tests of storage stand on."""
  with bed.use(keeps=False) as machine, NFSServer(machine, "nas", "192.168.100.3/24") as server:
    server.export("/srv/share")
    machine.write("/srv/share/pvc/file", "content\n")
    for options in MOUNTS:
      machine.shell(f"mkdir -p /mnt/{options} && mount -t nfs -o {options},hard,timeo=20 192.168.100.3:/srv/share/pvc"
                    f" /mnt/{options} && flock /mnt/{options}/file true")
      assert machine.read(f"/mnt/{options}/file") == "content\n"
    machine.write("/srv/share/pvc/other", "")
    server.cut()
    for number, options in enumerate(MOUNTS):
      machine.shell(f"systemd-run --quiet --unit=waits{number}.service stat /mnt/{options}/other")
    wait.until(lambda: machine.shell("ps -o stat= -C stat", check=False).count("D") == len(MOUNTS),
               60 * machine.patience, "both hang")
    server.join()
    wait.until(lambda: not machine.shell("ps -o stat= -C stat", check=False), 60 * machine.patience, "both go on")
    server.stop()
    server.start()
    for options in MOUNTS:
      assert machine.read(f"/mnt/{options}/file") == "content\n"
    server.withdraw("/srv/share")
    assert "Permission denied" in machine.shell("cat /mnt/vers=3/file 2>&1", check=False)
    server.export("/srv/share")
    machine.shell("rm -r /srv/share/pvc && mkdir /srv/share/pvc")
    for options in MOUNTS:
      assert "Stale file handle" in machine.shell(f"touch /mnt/{options}/new 2>&1", check=False)
    machine.shell("umount --lazy /mnt/vers=3 /mnt/vers=4.2")
