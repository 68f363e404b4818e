"""What the agents' questions cost a network, and that nobody else on it is disturbed by them."""

import socket
import struct
import time
from contextlib import ExitStack

import pytest

from rig import network, wait
from rig.addresses import INGRESS, SERVICE, Station, configure, configured, fall_silent, settings, speak
from rig.dhcp import Server
from rig.verdicts import by_key

VIP = "192.168.100.230"
AGENTS = 16
SECONDS = 60
# A worker asks 30 to 90 s after its last look. One that something else causes, just before the answer is old enough to
# be asked for anew, begins that time again.
LONGEST_SECONDS = 30 + 90 + 5
# In the long run 60: for each of three addresses five hosts ask every 30 s and eleven every 60 s, all shifted by up to
# half, so that one window has more of them and another fewer; 4 more are one standard deviation.
MOST_PER_MINUTE = 80
QUIET = {"n100-001": INGRESS, "5825u-001": SERVICE}


@pytest.fixture(autouse=True)
def speakers(system):
  for name, address in QUIET.items():
    speak(system.guests[name], address)
  yield
  for name in QUIET:
    fall_silent(system.guests[name])


def arp_socket(run) -> socket.socket:
  """Sees every broadcast on the bridge."""
  def make() -> socket.socket:
    made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
    made.bind((network.BRIDGE, 0x0806))
    return made
  return network.inside(run.holder, make)


def questions(wire: socket.socket, seconds: float) -> list[tuple[str, str]]:
  """The broadcast requests for watched addresses within a time: who asks for what. Announcements are none."""
  watched = {socket.inet_aton(each) for each in (VIP, INGRESS, SERVICE)}
  found = []
  end = time.monotonic() + seconds
  while (left := end - time.monotonic()) > 0:
    wire.settimeout(left)
    try:
      frame = wire.recv(128)
    except TimeoutError:
      break
    operation, _, sender, _, target = struct.unpack_from("!H6s4s6s4s", frame, 20)
    if operation == 1 and frame[:6] == b"\xff" * 6 and target in watched and sender != target:
      found.append((socket.inet_ntoa(sender), socket.inet_ntoa(target)))
  return found


def processor_seconds(system, name: str) -> float:
  fields = system.guests[name].shell("cat /proc/$(systemctl show -P MainPID nodeagent.service)/stat").split()
  return (int(fields[13]) + int(fields[14])) / 100


def test_sixteen_agents_ask_about_once_a_second_together(system, figure):
  with configured(system, settings(endpoint=VIP)), ExitStack() as stack:
    worker = system.guests["raspberrry-001"]
    command = ("nodeagent", "run", "--listen", "127.0.0.1:19100", "--only", "vip", "--only", "service-address")
    stations: list[Station] = []
    for number in range(AGENTS - len(system.guests)):
      stations.append(stack.enter_context(Station(system.run, f"192.168.100.{200 + number}/24", command, worker)))
    wire = stack.enter_context(arp_socket(system.run))
    time.sleep(5)  # the first round of each
    while questions(wire, 0.01):
      pass
    before = {name: processor_seconds(system, name) for name in system.guests}
    silent = {host.address for host in system.plan.hosts} | {station.address.split("/")[0] for station in stations}
    assert len(silent) == AGENTS
    asked, began, took = [], time.monotonic(), 0.0
    while took < SECONDS or silent and took < LONGEST_SECONDS * wait.PATIENCE:
      found = questions(wire, 1)
      asked += found
      silent -= {sender for sender, _ in found}
      took = time.monotonic() - began
    spent = {name: (processor_seconds(system, name) - before[name]) / took for name in system.guests}
    assert all(station.is_alive for station in stations)
  minute = len(asked) * 60 / took
  by_target = {target: sum(each == target for _, each in asked) for target in (VIP, INGRESS, SERVICE)}
  figure(f"{AGENTS} agents: all asked within {took:.0f} s, {minute:.0f} broadcasts a minute {by_target}; each takes "
         f"{1000 * min(spent.values()):.1f} to {1000 * max(spent.values()):.1f} ms of processor a second")
  assert not silent, f"who asked nothing in {took:.0f} s: {sorted(silent)}"
  assert max(spent.values()) < 0.01  # all that a quiet agent does, and the probes are the least of it
  assert minute < MOST_PER_MINUTE, by_target


def said(system, address: str, name: str = "n100-004") -> dict:
  return by_key(system.agents[name].status())["service-address.claimants", address]


LEASED = """[Match]
Name=eth1
[Network]
DHCP=ipv4
LinkLocalAddressing=no
IPv6AcceptRA=no
[DHCPv4]
SendDecline=yes
UseRoutes=no
"""


def test_a_dhcp_client_gets_the_very_address_that_is_asked_for(system):
  guest = system.guests["5825u-002"]

  def has_lease() -> bool:
    return SERVICE in guest.exec("ip", "-4", "-o", "address", "show", "dev", "eth1")

  fall_silent(system.guests["5825u-001"])
  askers = ("n100-001", "n100-002", "n100-004", "nas-001")
  with configured(system, settings("1s"), *askers), Server(system.run, system.plan.gateway, SERVICE) as server:
    wire = arp_socket(system.run)
    network.add_wire(system.run.holder, guest.init, "leased", "eth1")
    try:
      # Two interfaces on one link: each answers for its own addresses only.
      guest.exec("sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=1")
      # It looks for the address before it uses it (RFC 5227), and gives it back when somebody else seems to.
      guest.write("/etc/systemd/network/10-leased.network", LEASED)
      guest.exec("systemctl", "start", "systemd-networkd.service")
      wait.until(lambda: server.declined or has_lease(), 25,
                 f"the client has its address\n{guest.shell('networkctl status eth1 --no-pager', check=False)}")
      assert server.declined == 0
      wire.settimeout(0.1)
      during = questions(wire, 0.1)
      assert sum(target == SERVICE for _, target in during) > 10, f"the agents asked all the time: {during}"
      wait.until(lambda: said(system, SERVICE)["state"] == "ok", 8, "who has it now is seen")
      time.sleep(2)  # and keeps it
      assert server.declined == 0 and has_lease()
    finally:
      wire.close()
      guest.shell("systemctl stop systemd-networkd.service systemd-networkd.socket; "
                  "rm -f /etc/systemd/network/10-leased.network; sysctl -qw net.ipv4.conf.all.arp_ignore=0")
      network.unplug(system.run.holder, "leased")
      speak(system.guests["5825u-001"], SERVICE)


def test_duplicate_address_detection_is_not_misled(system):
  address, askers, guest = "fd00:100::241", ("n100-004", "nas-001", "n100-002"), system.guests["5825u-002"]
  text = settings("1s", also_in_use=address)
  try:
    for number, name in enumerate(askers):
      system.guests[name].exec("ip", "address", "add", f"fd00:100::{number + 1}/64", "dev", "eth0", "nodad")
    configure(system, dict.fromkeys(askers, text))
    for name in askers:
      wait.until(lambda: "nobody" in said(system, address, name)["summary"], 10, f"{name} asks and hears nothing")
    guest.exec("ip", "address", "add", f"{address}/64", "dev", "eth0")
    wait.until(lambda: "tentative" not in guest.exec("ip", "-6", "-o", "address", "show", "to", address), 5,
               "the address is looked for and taken")
    assert "dadfailed" not in guest.exec("ip", "-6", "-o", "address", "show", "to", address)
    wait.until(lambda: said(system, address)["state"] == "ok", 10, "who has it now is seen")
  finally:
    guest.shell(f"ip address delete {address}/64 dev eth0", check=False)
    for number, name in enumerate(askers):
      system.guests[name].shell(f"ip address delete fd00:100::{number + 1}/64 dev eth0", check=False)
    configure(system, dict.fromkeys(askers))
