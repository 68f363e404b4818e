"""`python3 -m rig`: builds ahead what the system tests boot from."""

import sys

from rig import needs, pki, trees
from rig.cluster import ClusterPlan


def main() -> None:
  if reason := needs.missing():
    sys.exit(f"rig: {reason}")
  plan = ClusterPlan.load()
  for suite in trees.SUITES:
    print(f"rig: {suite}: {trees.ensure(suite)}")
  print(f"rig: certificates: {pki.ensure(plan)}")


main()
