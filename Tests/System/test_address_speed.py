"""How fast a changed address is in the metrics, and what many changes and none cost."""

import statistics
import time

import pytest

from rig import wait
from rig.addresses import INGRESS, SERVICE, configured, fall_silent, hardware_address, settings, speak

VIP = "192.168.100.230"
HERE = "5825u-002"  # holds and announces nothing else
WATCHER = "n100-004"
SECONDS = 8  # the longest time for the changes
CHANGES = 1000
BURST = 10_000

# Adds and removes an address and prints how many seconds later /metrics had each change. The change is one netlink
# message (rtnetlink(7)), so that no process's start is measured.
FOLLOW = """
import http.client, socket, struct, sys, time
address, kind, times, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
series = 'nodeagent_address_held{address="%s",kind="%s"} ' % (address, kind)
connection = http.client.HTTPConnection("127.0.0.1", 19100)
def held():
  connection.request("GET", "/metrics")
  return next((line.split()[-1] for line in connection.getresponse().read().decode().splitlines()
               if line.startswith(series)), None)
kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
packed = socket.inet_aton(address)
attributes = b"".join(struct.pack("HH", 8, kind) + packed for kind in (1, 2))
def change(kind):
  body = struct.pack("BBBBI", socket.AF_INET, 32, 0, 0, socket.if_nametoindex("bench0")) + attributes
  kernel.send(struct.pack("IHHII", 16 + len(body), kind, 0x605 if kind == 20 else 5, 1, 0) + body)
  error = struct.unpack_from("i", kernel.recv(4096), 16)[0]
  if error:
    sys.exit(f"errno {-error}")
end = time.monotonic() + seconds
for number in range(times):
  kind, wanted = [(20, "1"), (21, "0")][number % 2]
  began = time.monotonic()
  change(kind)
  while held() != wanted:
    if time.monotonic() > began + 5:
      sys.exit("not seen after 5 s")
  print(time.monotonic() - began)
  if number % 2 and time.monotonic() > end:
    break
  time.sleep(0.12)  # changes within 100 ms of another share a look
"""


@pytest.fixture(scope="module", autouse=True)
def addresses(system):
  for name, address in (("n100-001", INGRESS), ("5825u-001", SERVICE)):
    speak(system.guests[name], address)
  try:
    # An interface that leads nowhere, and no answers for its addresses elsewhere.
    system.guests[HERE].shell("sysctl -qw net.ipv4.conf.all.arp_ignore=1 && ip link add bench0 type veth peer bench1 "
                              "&& ip link set bench0 up && ip link set bench1 up")
    with configured(system, settings(endpoint=VIP), HERE, WATCHER):
      yield
  finally:
    system.guests[HERE].shell("ip link delete bench0; sysctl -qw net.ipv4.conf.all.arp_ignore=0")
    for name in ("n100-001", "5825u-001"):
      fall_silent(system.guests[name])


def process(system, field: str) -> int:
  path = "/proc/$(systemctl show -P MainPID nodeagent.service)"
  if field == "RssAnon":
    return int(system.guests[HERE].shell(f"grep RssAnon {path}/status").split()[1])
  return sum(int(each) for each in system.guests[HERE].shell(f"cat {path}/stat").split()[13:15]) * 10


@pytest.mark.parametrize(("address", "kind"), [(VIP, "vip"), (SERVICE, "service")])
def test_address_added_and_removed_is_soon_in_the_metrics(system, capsys, address, kind):
  lines = system.guests[HERE].exec("python3", "-c", FOLLOW, address, kind, str(CHANGES), str(SECONDS),
                                   seconds=SECONDS + 10)
  delays = sorted(float(line) * 1000 for line in lines.split())
  late = delays[min(len(delays) - 1, len(delays) * 99 // 100)]
  with capsys.disabled():
    print(f"\n{kind} address to /metrics: median {statistics.median(delays):.1f} ms, p99 {late:.1f} ms, longest "
          f"{delays[-1]:.1f} ms of {len(delays)}")
  # A debug build is ten times slower than what ships: 5 ms and 50 ms are the goals of that.
  assert statistics.median(delays) < 50
  assert late < 500


def test_a_move_between_others_is_soon_seen_by_a_third(system, capsys):
  watcher, pair, delays = system.agents[WATCHER], ("5825u-001", "raspberrry-001"), []
  for number in range(2):
    old, new = system.guests[pair[number % 2]], system.guests[pair[1 - number % 2]]
    series = f'nodeagent_address_claimant_info{{address="{SERVICE}",mac="{hardware_address(new)}"}} 1'
    fall_silent(old)
    speak(new, SERVICE)  # has announced the address when it returns
    began = time.monotonic()
    wait.until(lambda: series in watcher.metrics(), 60, "the new claimant is in the metrics")
    delays.append((time.monotonic() - began) * 1000)
  with capsys.disabled():
    print("\nannouncement to /metrics of a third host: " + ", ".join(f"{each:.0f} ms" for each in delays))
  assert max(delays) < 100 + 1000 * wait.INTERVAL


def test_a_burst_of_changes_leaves_the_right_state_and_the_memory_as_it_was(system, capsys):
  guest, agent = system.guests[HERE], system.agents[HERE]

  def burst(changes: int) -> None:
    lines = [f"address {verb} 10.99.{number % 200}.{number % 250 + 1}/32 dev bench0"
             for number in range(changes // 2) for verb in ("add", "del")]
    guest.exec("ip", "-batch", "-", input="\n".join(lines) + "\n", seconds=60)

  held = f'nodeagent_address_held{{address="{SERVICE}",kind="service"}} '
  burst(BURST // 10)  # the first ones fill caches
  time.sleep(2)
  memory, spent = process(system, "RssAnon"), process(system, "processor")
  began = time.monotonic()
  burst(BURST)
  took = time.monotonic() - began
  guest.exec("ip", "address", "add", f"{SERVICE}/32", "dev", "bench0")
  try:
    wait.until(lambda: held + "1" in agent.metrics(), 8, "the state after the burst is right")
    grown, cost = process(system, "RssAnon") - memory, process(system, "processor") - spent
  finally:
    guest.exec("ip", "address", "delete", f"{SERVICE}/32", "dev", "bench0")
  wait.until(lambda: held + "0" in agent.metrics(), 8, "and after the last change")
  with capsys.disabled():
    print(f"\n{BURST} changes in {took:.1f} s: processor {cost} ms, memory {grown:+d} kB of {memory}")
  assert grown < 4096
  # A look for each change would be ten times that.
  assert cost < 1000 * took + 1000
