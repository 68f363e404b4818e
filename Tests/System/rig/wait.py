"""Bounded waiting: a condition is looked at every 50 ms until it holds or the time is over."""

import os
import time

INTERVAL = 0.05
# For a machine that has other work: how many times longer what is emulated may take.
PATIENCE = float(os.environ.get("RIG_PATIENCE", "1"))


def until(condition, seconds: float, what: str):
  """Waits until the condition answers something true and answers that; TimeoutError names what did not come."""
  deadline = time.monotonic() + seconds
  while True:
    if found := condition():
      return found
    if time.monotonic() > deadline:
      raise TimeoutError(f"not within {seconds:g} s: {what}")
    time.sleep(INTERVAL)
