"""Every row of the fault matrix, with the real agent on every host."""

import pytest

from conftest import MATRIX
from rig.row import Row

ROWS = [(fault, host) for fault in MATRIX.faults for host in (fault.host, *fault.also)]


@pytest.mark.parametrize(("fault", "host"), ROWS, ids=[f"{fault.name} on {host}" for fault, host in ROWS])
def test_fault_is_found_and_let_go(system, matrix, measured, fault, host):
  measured.append(Row(system, matrix, fault, host).run())
