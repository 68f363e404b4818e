"""`python3 -m rig`: builds ahead what the system tests boot from."""

import os
import platform
import sys

from rig import image, machine, machine_system, needs, pki, trees
from rig.cluster import ClusterPlan
from rig.variant import VARIANTS, Variant


def main() -> None:
  if reason := needs.missing():
    sys.exit(f"rig: {reason}")
  plan = ClusterPlan.load()
  for suite in trees.SUITES:
    print(f"rig: {suite}: {trees.ensure(suite)}")
  print(f"rig: certificates: {pki.ensure(plan)}")
  if reason := needs.missing_for_machines():
    sys.exit(f"rig: {reason}")
  machines = ClusterPlan.load(machine_system.TABLE)
  for host in machines.hosts:
    if is_wanted(VARIANTS[host.variant]):
      print(f"rig: {host.name}: {machine.prepare(host, image.ensure(machines, host))}")


def is_wanted(variant: Variant) -> bool:
  """Whether the tests will use such a virtual machine: long ones if told to, none without a program for it."""
  if variant.is_long and os.environ.get("RIG_FULL") != "1":
    return False
  return variant.processor.name == platform.machine() or variant.processor.variable in os.environ


main()
