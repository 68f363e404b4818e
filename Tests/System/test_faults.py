"""Every row of the fault matrix, with the real agent on every host."""

from dataclasses import replace

import pytest

from conftest import MATRIX, PLAN
from rig.matrix import Action
from rig.row import Row, RowFailure
from rig.verdicts import require_agreement

ROWS = [(fault, host) for fault in MATRIX.faults for host in (fault.host, *fault.also)]


@pytest.mark.parametrize(("fault", "host"), ROWS, ids=[f"{fault.name} on {host}" for fault, host in ROWS])
def test_fault_is_found_and_let_go(system, matrix, measured, fault, host):
  measured(Row(system, matrix, fault, host).run())


def test_agent_killed_in_the_middle_of_a_row_fails_it(system, matrix):
  fault = matrix.faults[0]
  kill = Action("run", "systemctl kill --signal=KILL nodeagent.service")
  stage = replace(fault.stages[0], inject=(*fault.stages[0].inject, kill))
  with pytest.raises(RowFailure, match="does not answer|died or was started again"):
    Row(system, matrix, replace(fault, stages=(stage,)), fault.host).run()
  system.guests[fault.host].shell("systemctl start nodeagent.service")
  system.agents[fault.host].wait_ready()


@pytest.mark.parametrize("host", [host.name for host in PLAN.hosts])
def test_daemon_in_its_sandbox_tells_what_roots_doctor_tells(system, host):
  require_agreement(system.agents[host])
