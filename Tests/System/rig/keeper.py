"""First process of a run's namespaces: it lives as long as its standard input is open, and everything ends with it."""

import signal
import sys

# As PID 1 of its namespace it inherits orphans; ignored children are reaped by the kernel.
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print("ready", flush=True)
sys.stdin.read()
