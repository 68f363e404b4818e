"""Bounded waiting: a condition is looked at every 50 ms until it holds or the time is over."""

import time

INTERVAL = 0.05


def until(condition, seconds: float, what: str):
  """Waits until the condition answers something true and answers that; TimeoutError names what did not come."""
  deadline = time.monotonic() + seconds
  while True:
    if found := condition():
      return found
    if time.monotonic() > deadline:
      raise TimeoutError(f"not within {seconds:g} s: {what}")
    time.sleep(INTERVAL)
