"""`python3 -m rig`: builds ahead what the system tests boot from."""

import os
import sys

from rig import image, machine, machine_system, needs, pki, trees
from rig.cluster import ClusterPlan
from rig.variant import VARIANTS


def main() -> None:
  if reason := needs.missing():
    sys.exit(f"rig: {reason}")
  plan = ClusterPlan.load()
  for suite in trees.SUITES:
    print(f"rig: {suite}: {trees.ensure(suite)}")
  print(f"rig: certificates: {pki.ensure(plan)}")
  if reason := needs.missing_for_machines():
    sys.exit(f"rig: {reason}")
  trees.ensure("emulator")
  machines = ClusterPlan.load(machine_system.TABLE)
  for host in machines.hosts:
    if os.environ.get("RIG_FULL") == "1" or not VARIANTS[host.variant].is_long:
      print(f"rig: {host.name}: {machine.prepare(host, image.ensure(machines, host))}")


main()
