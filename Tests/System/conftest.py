"""Fixtures of the system tests; what the machine lacks skips loudly, and fails where CI promised to have it."""

import os
import subprocess
from pathlib import Path

import pytest

from rig import installed, needs, report
from rig.cluster import ClusterPlan
from rig.matrix import Matrix
from rig.system import System

PLAN = ClusterPlan.load()
MATRIX = Matrix.load(PLAN)
MEASURED = pytest.StashKey[list]()


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
def binary(machine) -> Path:
  """The agent's program."""
  name = os.environ.get("NODEAGENT_BINARY")
  if not name:
    lacking("NODEAGENT_BINARY does not name the agent's program")
  if not os.access(name, os.X_OK):
    lacking(f"NODEAGENT_BINARY: {name} is no program")
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


@pytest.fixture(scope="session")
def measured(pytestconfig) -> list:
  """Where rows leave their times for the report."""
  return pytestconfig.stash.setdefault(MEASURED, [])


def pytest_sessionfinish(session):
  target = os.environ.get("RIG_REPORT")
  found = session.config.stash.get(MEASURED, [])
  if target and found:
    report.write(MATRIX, found, Path(target))


def pytest_terminal_summary(terminalreporter, config):
  for each in config.stash.get(MEASURED, []):
    detected = ", ".join(f"{seconds:.2f} s" for seconds in each.detected)
    terminalreporter.write_line(f"{each.fault} on {each.host} (systemd {each.systemd}): found in {detected}, "
                                f"clear in {each.cleared:.2f} s")
