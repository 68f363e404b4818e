"""The host with an ARM processor: the program that is built for it runs there as on any other."""

import pytest

from conftest import MACHINE_PLAN, in_full
from rig.machine_system import running
from rig.verdicts import by_key, describe, findings, require_agreement

HOST = next(host.name for host in MACHINE_PLAN.hosts if host.variant == "arm64")

pytestmark = in_full


@pytest.fixture(scope="module")
def bed(emulation, arm_binary):
  """The host with an ARM processor, booted, with a ready agent."""
  with running(MACHINE_PLAN, HOST, arm_binary) as system:
    yield system


def test_healthy_host_has_no_finding(bed):
  with bed.use() as machine:
    assert machine.exec("uname", "--machine") == "aarch64\n"
    report = bed.agents[HOST].status()
    assert report["verdicts"] and not findings(report), describe(findings(report).values())


def test_daemon_in_its_sandbox_tells_what_roots_doctor_tells(bed):
  with bed.use():
    require_agreement(bed.agents[HOST])


def test_metrics_are_served(bed):
  with bed.use():
    line = next(line for line in bed.agents[HOST].metrics().splitlines() if line.startswith("nodeagent_build_info{"))
    assert 'arch="aarch64"' in line


def test_stopped_runtime_is_explained(bed):
  with bed.use(keeps=False) as machine:
    machine.exec("systemctl", "stop", "crio.service")
    report = bed.agents[HOST].doctor()
    assert by_key(report)["units.state", "crio.service"]["state"] == "failing", describe(findings(report).values())
