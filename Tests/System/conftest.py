"""Fixtures of the system tests; what the machine lacks skips loudly, and fails where CI promised to have it."""

import os
import subprocess
from dataclasses import asdict
from pathlib import Path

import pytest

from rig import installed, machine_system, needs, report
from rig.cluster import ClusterPlan
from rig.matrix import Matrix
from rig.processor import ARM, X86
from rig.row import Measured
from rig.system import System

PLAN = ClusterPlan.load()
MATRIX = Matrix.load(PLAN)
MACHINE_PLAN = ClusterPlan.load(machine_system.TABLE)
MACHINE_MATRIX = Matrix.load(MACHINE_PLAN, machine_system.TABLE)

in_full = pytest.mark.skipif(os.environ.get("RIG_FULL") != "1", reason="long: RIG_FULL=1, as in make system-full")


def machine_rows(host: str) -> list:
  """The rows of a host with a kernel of its own, as parameters."""
  return [pytest.param(fault, marks=in_full if fault.full else (), id=fault.name)
          for fault in MACHINE_MATRIX.faults if fault.host == host]


def lacking(reason: str) -> None:
  if os.environ.get("CI") == "true":
    pytest.fail(f"CI must run this, but: {reason}", pytrace=False)
  pytest.skip(reason)


@pytest.fixture(scope="session")
def machine():
  """A machine on which guests can be started."""
  if reason := needs.missing():
    lacking(reason)


@pytest.fixture(scope="session")
def emulation(machine):
  """A machine on which a virtual machine can be started."""
  if reason := needs.missing_for_machines():
    lacking(reason)


@pytest.fixture(scope="session")
def binary(machine) -> Path:
  """The agent's program."""
  name = os.environ.get(X86.variable)
  if not name:
    lacking(f"{X86.variable} does not name the agent's program")
  if not os.access(name, os.X_OK):
    lacking(f"{X86.variable}: {name} is no program")
  return Path(name).resolve()


@pytest.fixture(scope="session")
def arm_binary(machine) -> Path:
  """The agent's program for ARM, which not every machine can build."""
  name = os.environ.get(ARM.variable)
  if not name:
    pytest.skip(f"{ARM.variable} does not name the agent's program for {ARM.name}")
  if not os.access(name, os.X_OK):
    pytest.fail(f"{ARM.variable}: {name} is no program", pytrace=False)
  return Path(name).resolve()


@pytest.fixture(scope="session")
def shipped(binary, tmp_path_factory) -> Path:
  """The program as it is packed: stripped, and with the Swift runtime in it."""
  if installed.swift_libraries(binary):
    lacking(f"{binary} needs the Swift toolchain's libraries: packages take a release build (make release)")
  program = tmp_path_factory.mktemp("shipped") / "nodeagent"
  subprocess.run(["strip", "-o", program, binary], check=True)
  return program


@pytest.fixture(scope="session")
def system(binary):
  """All hosts of the table, booted, each with a ready agent."""
  bed = System(PLAN, binary)
  try:
    bed.start()
    yield bed
  finally:
    bed.stop()


@pytest.fixture(scope="session")
def matrix() -> Matrix:
  return MATRIX


@pytest.fixture
def measured(record_property):
  """Takes the times of a row for the report."""
  # Properties reach the process that writes the report, also from one of several that run the tests.
  return lambda row: record_property("row", asdict(row))


@pytest.fixture
def figure(record_property):
  """Takes a line about what was measured, shown when all is over."""
  return lambda line: record_property("figure", line)


def pytest_collection_modifyitems(items):
  """The longest files first, so that several processes end at about the same time."""
  first = ["test_machine.py", "test_faults.py", "test_storage.py", "test_package_arm64.py", "test_arm64.py"]
  items.sort(key=lambda item: first.index(item.path.name) if item.path.name in first else len(first))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
  """Any failure of a test on a virtual machine shows what that had to say last."""
  result = (yield).get_result()
  bed = item.funcargs.get("bed")
  if result.failed and bed:
    result.sections.append((f"console of {bed.machine.name}", bed.machine.last_words()))


def pytest_terminal_summary(terminalreporter):
  found = [each for outcome in ("passed", "failed") for result in terminalreporter.getreports(outcome)
           if result.when == "call" for each in result.user_properties]
  for name, line in found:
    if name == "figure":
      terminalreporter.write_line(line)
  rows = [Measured(**value) for name, value in found if name == "row"]
  if rows and (target := os.environ.get("RIG_REPORT")):
    report.write([MATRIX, MACHINE_MATRIX], rows, Path(target))
  for each in rows:
    detected = ", ".join(f"{seconds:.2f} s" for seconds in each.detected)
    terminalreporter.write_line(f"{each.fault} on {each.host} (systemd {each.systemd}): found in {detected}, "
                                f"clear in {each.cleared:.2f} s")
