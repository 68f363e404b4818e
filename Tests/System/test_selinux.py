"""The host with SELinux: its rows of machine.toml, and what the agent may do there."""

import pytest

from conftest import MACHINE_MATRIX, MACHINE_PLAN, in_full, machine_rows
from rig.machine_system import running
from rig.row import Row
from rig.verdicts import require_agreement

HOST = next(host.name for host in MACHINE_PLAN.hosts if host.variant == "selinux")

pytestmark = in_full


@pytest.fixture(scope="module")
def bed(emulation, binary):
  """The host with SELinux, booted permissive, with a ready agent."""
  with running(MACHINE_PLAN, HOST, binary) as system:
    yield system


@pytest.mark.parametrize("fault", machine_rows(HOST))
def test_fault_is_found_and_let_go(bed, measured, fault):
  with bed.use(keeps=not fault.boots):
    measured(Row(bed, MACHINE_MATRIX, fault, HOST).run())


def test_daemon_in_its_sandbox_tells_what_roots_doctor_tells(bed):
  with bed.use():
    require_agreement(bed.agents[HOST])


def test_files_have_the_labels_of_the_policy(bed):
  with bed.use() as machine:
    assert machine.exec("stat", "--format=%C", "/usr/bin/nodeagent").strip() == "system_u:object_r:bin_t:s0"
    assert machine.exec("restorecon", "-n", "-v", "-R", "/etc", "/usr/lib/systemd") == ""
