"""Bounded waiting: a condition is looked at every 50 ms until it holds or the time is over.

Every bound is that of a machine with nothing else to do, and is lengthened by RIG_PATIENCE for one that has.
"""

import os
import time

INTERVAL = 0.05
# How many times longer everything may take.
PATIENCE = float(os.environ.get("RIG_PATIENCE", "1"))


def until(condition, seconds: float, what: str):
  """Waits until the condition answers something true and answers that; TimeoutError names what did not come."""
  deadline = time.monotonic() + seconds * PATIENCE
  while True:
    if found := condition():
      return found
    if time.monotonic() > deadline:
      raise TimeoutError(f"not within {seconds * PATIENCE:g} s: {what}")
    time.sleep(INTERVAL)
