"""The shared address and the addresses of Services: real Keepalived, a stand-in for MetalLB's speaker, all hosts asked.

What one host alone can tell are rows of the fault matrix.
"""

import re
import time
from contextlib import contextmanager

import pytest

from rig import wait
from rig.addresses import (INGRESS, SERVICE, Station, configure, configured, fall_silent, hardware_address, settings,
                           speak)
from rig.matrix import Pattern
from rig.scene import Scene, Told
from rig.verdicts import by_key

VIP = "192.168.100.230"
MASTER, BACKUP = "n100-004", "nas-001"
KNOWING = ("n100-001", "n100-002", "n100-003", "raspberrry-001", "5825u-001", MASTER, BACKUP)
SETTINGS = settings("1s")
UNSEEN = Pattern("*.claimants", states=("unknown",), reason="what hangs on a dead link cannot be seen")
KEEPALIVED_STOPPED = Pattern("units.state", "keepalived.service", ("failing",), "it was stopped: that is the fault")
# The ten minutes that the check looks back are longer than these tests.
MANY_MOVES = Pattern("vip.flapping", VIP, ("warning", "failing"), "all tests together move the address often")
# Version 3 of the protocol knows parts of a second: the same moves, sooner.
CONFIGURATION = "/etc/keepalived/keepalived.conf"
HURRY_KEEPALIVED = (f"cp {CONFIGURATION} /run/keepalived.before && sed -i -e 's/^global_defs {{/&\\n  vrrp_version 3/' "
                    f"-e 's/advert_int 1/advert_int 0.25/' {CONFIGURATION}")
RESTORE_KEEPALIVED = f"cat /run/keepalived.before > {CONFIGURATION}"
HAS_VIP = f"ip -4 -o address show to {VIP} | grep -q ."


@pytest.fixture(scope="module", autouse=True)
def addresses(system):
  """Short intervals, and a speaker for each Service address: the ingress on a master, the other on a worker."""
  speak(system.guests["n100-001"], INGRESS)
  speak(system.guests["5825u-001"], SERVICE)
  restart_keepalived(system, HURRY_KEEPALIVED)
  try:
    with configured(system, SETTINGS):
      yield
      restart_keepalived(system, RESTORE_KEEPALIVED)
  finally:
    fall_silent(system.guests["n100-001"])
    fall_silent(system.guests["5825u-001"])


def block_vrrp(*hooks: str) -> str:
  """Rules that drop the protocol of Keepalived."""
  chains = (f"chain {hook} {{ type filter hook {hook} priority 0; meta l4proto vrrp drop; }}\n" for hook in hooks)
  return f"table inet rig {{\n{''.join(chains)}}}\n"


def restart_keepalived(system, before: str) -> None:
  """Does something on both hosts of Keepalived, starts it anew, and waits until the master alone has the address."""
  for name in (MASTER, BACKUP):
    system.guests[name].shell(f"{before} && systemctl restart keepalived.service")
  wait.until(lambda: holds(system, MASTER) and not holds(system, BACKUP), 15, "the address is with the master")


@pytest.fixture
def scene(system, matrix):
  """A scene that begins and ends with the shared address at the master, as all hosts see it."""
  @contextmanager
  def at_home(*besides: Pattern):
    with Scene(system, matrix, (MANY_MOVES, *besides)) as play:
      come_home(system, play)
      yield play
      come_home(system, play)
  return at_home


def verdict(system, name: str, check: str, subject: str = "") -> dict:
  return by_key(system.agents[name].status())[check, subject]


def value(system, name: str, series: str) -> float | None:
  lines = (line.rpartition(" ") for line in system.agents[name].metrics().splitlines())
  return next((float(value) for found, _, value in lines if found == series), None)


def holds(system, name: str) -> bool:
  return system.guests[name].shell(f"if {HAS_VIP}; then echo yes; fi") != ""


def seen_at(system, holder: str) -> list[str]:
  """The hosts that see the shared address at `holder` alone: by what they say and by the metrics."""
  own = hardware_address(system.guests[holder])
  return [name for name in KNOWING
          if value(system, name, f'nodeagent_address_held{{address="{VIP}",kind="vip"}}') == (name == holder)
          and value(system, name, f'nodeagent_address_claimants{{address="{VIP}"}}') == 1
          and value(system, name, f'nodeagent_address_claimant_info{{address="{VIP}",mac="{own}"}}') == 1
          and verdict(system, name, "vip.claimants", VIP)["state"] == "ok"]


def keepalived(system, verb: str, *names: str) -> None:
  for name in names:
    system.guests[name].exec("systemctl", verb, "keepalived.service")


def come_home(system, scene: Scene) -> None:
  scene.until(lambda: len(seen_at(system, MASTER)) == len(KNOWING), 15, "the address is seen at the master")


# ---- the shared address ----


def test_healthy_hosts_see_one_holder_and_sound_settings(system, scene):
  with scene():
    for name in KNOWING:
      assert verdict(system, name, "links.state", "eth0")["state"] == "ok"
      assert verdict(system, name, "vip.contamination", VIP)["state"] == "ok"
      held = f"this host holds {VIP} on eth0" if name == MASTER else f"this host does not hold {VIP}"
      assert verdict(system, name, "vip.held")["summary"] == held
    for name in (MASTER, BACKUP):
      assert verdict(system, name, "vip.configuration", VIP)["state"] == "ok"
    assert verdict(system, MASTER, "vip.leader", VIP)["state"] == "ok"
    assert verdict(system, "5825u-002", "vip.claimants")["state"] == "skipped"
    for name in system.agents:
      said = {address: verdict(system, name, "service-address.claimants", address) for address in (INGRESS, SERVICE)}
      assert {each["state"] for each in said.values()} == {"ok"}, name
      for address, speaker in ((INGRESS, "n100-001"), (SERVICE, "5825u-001")):
        # It does not hear itself, and knows all the same.
        assert ("this node announces it" in said[address]["summary"]) == (name == speaker)


def test_fail_over_is_seen_by_all_and_is_no_finding_but_nobody_is(system, scene):
  with scene(KEEPALIVED_STOPPED) as play:
    keepalived(system, "stop", MASTER)
    try:
      play.until(lambda: len(seen_at(system, BACKUP)) == len(KNOWING), 12, "all see the address at the backup")
      assert verdict(system, MASTER, "vip.held")["summary"] == f"this host does not hold {VIP}"
      play.until(lambda: verdict(system, BACKUP, "vip.leader", VIP)["state"] == "ok", 5, "the backup says why")
      keepalived(system, "stop", BACKUP)
      play.until_told(15, *(Told(name, "vip.claimants", VIP, "failing", "nobody holds") for name in KNOWING))
      planes = {verdict(system, name, "vip.claimants", VIP)["planes"][0] for name in KNOWING}
      assert planes == {"administration"}
      assert system.agents["n100-001"].status()["impact"]["administration"] == "lost"
    finally:
      keepalived(system, "start", MASTER, BACKUP)


def test_two_holders_are_named_by_a_third_host_and_by_both(system, scene):
  with scene() as play:
    pair = [hardware_address(system.guests[name]) for name in (MASTER, BACKUP)]
    for name in (MASTER, BACKUP):
      system.guests[name].exec("nft", "--file", "-", input=block_vrrp("input", "output"))
    try:
      wait.until(lambda: holds(system, MASTER) and holds(system, BACKUP), 10, "both hold the address")
      play.until_told(10, *(Told(name, "vip.claimants", VIP, "failing", "held twice") for name in KNOWING))
      for name in KNOWING:
        said = str(verdict(system, name, "vip.claimants", VIP))
        assert all(each in said for each in pair), f"{name}: {said}"
      assert system.agents["n100-001"].status()["impact"]["administration"] == "at_risk"
    finally:
      for name in (MASTER, BACKUP):
        system.guests[name].exec("nft", "delete", "table", "inet", "rig")


def test_two_masters_are_heard_where_it_is_asked_for(system, scene):
  listening = SETTINGS + "checks:\n  vip.configuration: {adverts: true}\n"
  configure(system, {MASTER: listening, BACKUP: listening})
  try:
    with scene() as play:
      play.expected += [Told(name, "vip.claimants", VIP, "failing") for name in KNOWING]
      # Dropped behind the packet sockets: both masters speak, and neither listens.
      for name in (MASTER, BACKUP):
        system.guests[name].exec("nft", "--file", "-", input=block_vrrp("input"))
      try:
        wait.until(lambda: holds(system, MASTER) and holds(system, BACKUP), 10, "both hold the address")
        play.until_told(25, *(Told(name, "vip.configuration", VIP, "failing", "are both master of virtual_router_id 51")
                              for name in (MASTER, BACKUP)))
      finally:
        for name in (MASTER, BACKUP):
          system.guests[name].exec("nft", "delete", "table", "inet", "rig")
  finally:
    configure(system, {MASTER: SETTINGS, BACKUP: SETTINGS})


def test_address_deleted_behind_keepaliveds_back_comes_back_and_is_counted(system, scene):
  def events() -> list[float | None]:
    return [value(system, MASTER, f'nodeagent_address_events_total{{address="{VIP}",event="{event}"}}')
            for event in ("added", "removed")]

  with scene() as play:
    before = events()
    # Keepalived hears of it, becomes backup, and takes the address again in the next election.
    system.guests[MASTER].exec("ip", "address", "delete", f"{VIP}/32", "dev", "eth0")
    play.until(lambda: [now - then for now, then in zip(events(), before)] == [1, 1], 8, "both changes are counted")


@pytest.mark.parametrize("name", ["5825u-001", "n100-002"])
def test_address_bound_by_hand_is_named_there_and_everywhere(system, scene, name):
  with scene() as play:
    system.guests[name].exec("ip", "address", "add", f"{VIP}/32", "dev", "eth0")
    try:
      play.until_told(
        12, *(Told(each, "vip.claimants", VIP, "failing", "held twice") for each in KNOWING),
        Told(name, "vip.leader", VIP, "warning", "nothing that is known to move it"))
    finally:
      system.guests[name].exec("ip", "address", "delete", f"{VIP}/32", "dev", "eth0")


def test_address_left_behind_by_a_killed_keepalived_is_named(system, scene):
  with scene(KEEPALIVED_STOPPED) as play:
    # Debian's unit does not start it again.
    # Stopped first, or its child hears of its parent's death in time to take the address away.
    for signal in ("STOP", "KILL"):
      system.guests[MASTER].exec("systemctl", "kill", f"--signal={signal}", "keepalived.service")
    try:
      play.until_told(
        12, Told(MASTER, "vip.leader", VIP, "failing", "it was left behind"),
        *(Told(each, "vip.claimants", VIP, "failing", "held twice") for each in KNOWING))
      assert holds(system, MASTER) and holds(system, BACKUP)
    finally:
      keepalived(system, "start", MASTER)


def test_shared_address_before_the_hosts_own_is_a_warning(system, scene):
  def move_behind(first: str) -> None:
    """Takes an address away and gives it back, so that it stands behind the other."""
    lines = (f"address del {first} dev eth0", f"address add {first} dev eth0",
             f"route replace default via {system.plan.gateway}")
    system.guests[MASTER].exec("ip", "-batch", "-", input="\n".join(lines) + "\n")

  with scene() as play:
    move_behind("192.168.100.234/24")
    try:
      play.until_told(8, Told(MASTER, "vip.contamination", VIP, "warning", "first address of eth0"))
    finally:
      move_behind(f"{VIP}/32")


@pytest.fixture
def forgetful(system):
  """Agents that have seen no move yet."""
  configure(system, dict.fromkeys(KNOWING, SETTINGS))


def moves_told(said: dict) -> int:
  """The moves that vip.flapping counts."""
  found = re.search(r"moved (once|\d+ times)", said["summary"])
  return 0 if found is None else 1 if found[1] == "once" else int(found[1].split()[0])


def test_flapping_is_told_after_three_moves_and_after_six(system, scene, forgetful):
  thirds = [name for name in KNOWING if name not in (MASTER, BACKUP)]
  with scene(KEEPALIVED_STOPPED) as play:
    try:
      for number, (verb, holder) in enumerate([("stop", BACKUP), ("start", MASTER)] * 3, start=1):
        keepalived(system, verb, MASTER)
        play.until(lambda: len(seen_at(system, holder)) == len(KNOWING), 15, f"all see the address at {holder}")
        state = "failing" if number >= 6 else "warning" if number >= 3 else "ok"
        # The answers of the link, which prove the move, come a second after the metrics.
        play.until(lambda: all((said["state"], moves_told(said)) == (state, number) for said in (
          verdict(system, name, "vip.flapping", VIP) for name in thirds)), 5, f"all count {number} moves")
    finally:
      keepalived(system, "start", MASTER)


def test_a_move_is_counted_once_by_those_between_whom_it_happens(system, scene):
  def moves() -> list[int]:
    return [moves_told(verdict(system, name, "vip.flapping", VIP)) for name in (MASTER, BACKUP)]

  with scene(KEEPALIVED_STOPPED) as play:
    before = moves()
    try:
      for verb, holder in (("stop", BACKUP), ("start", MASTER)):
        keepalived(system, verb, MASTER)
        play.until(lambda: len(seen_at(system, holder)) == len(KNOWING), 15, f"all see the address at {holder}")
    finally:
      keepalived(system, "start", MASTER)
    play.until(lambda: [now - then for now, then in zip(moves(), before)] >= [2, 2], 5, "both moves are counted")
    time.sleep(3)  # longer than any answer takes that might count one of them again
    assert [now - then for now, then in zip(moves(), before)] == [2, 2]


def test_a_fail_over_is_recorded_with_both_hardware_addresses_and_its_duration(system, scene):
  watcher = system.agents["n100-001"]
  pair = [hardware_address(system.guests[name]) for name in (MASTER, BACKUP)]

  def moves() -> list[dict]:
    return [each for each in watcher.status().get("moves", []) if each["address"] == VIP]

  with scene(KEEPALIVED_STOPPED) as play:
    before = moves()
    keepalived(system, "stop", MASTER)
    try:
      play.until(lambda: len(moves()) > len(before), 12, "the move is recorded")
      new = [each for each in moves() if each not in before]
    finally:
      keepalived(system, "start", MASTER)
    assert [[each["from"], each["to"]] for each in new] == [pair]
    assert 0 <= new[0]["seconds"] < 12
    assert all(each["at"] <= new[0]["at"] for each in before)


def test_keepalived_on_the_bus_says_who_is_master(system, scene):
  path = "/org/keepalived/Vrrp1/Instance/eth0/51/IPv4"
  ask = f"setpriv --reuid=nodeagent --regid=nodeagent --clear-groups busctl get-property org.keepalived.Vrrp1 {path} " \
        "org.keepalived.Vrrp1.Instance State"
  restarted = Pattern("vip.claimants", VIP, ("failing",), "both are started anew: for a moment nobody or both hold it")
  with scene(restarted) as play:
    restart_keepalived(system, f"cp {CONFIGURATION} /run/keepalived.quiet && "
                               f"sed -i 's/^global_defs {{/&\\n  enable_dbus/' {CONFIGURATION}")
    try:
      for name, state in ((MASTER, "Master"), (BACKUP, "Backup")):
        wait.until(lambda: state in system.guests[name].shell(ask, check=False), 12, f"{name} is {state} on the bus")
        # In Keepalived's own words, which files and processes cannot give.
        play.until(lambda: verdict(system, name, "vip.leader", VIP)["state"] == "ok"
                   and "org.keepalived.Vrrp1" in str(verdict(system, name, "vip.leader", VIP)), 6,
                   f"{name} says what Keepalived says")
    finally:
      restart_keepalived(system, f"cat /run/keepalived.quiet > {CONFIGURATION}")


def test_without_capabilities_the_tables_are_read_and_the_wire_is_unknown(system, scene):
  name = "n100-002"
  guest, agent = system.guests[name], system.agents[name]
  drop_in = "/etc/systemd/system/nodeagent.service.d/rig.conf"
  try:
    guest.write(drop_in, "[Service]\nAmbientCapabilities=\nCapabilityBoundingSet=\n")
    guest.exec("systemctl", "daemon-reload")
    # admin.conf may not be read either, so the address is configured.
    configure(system, {name: settings("1s", endpoint=VIP)})
    said = by_key(agent.status())
    assert said["vip.held", ""]["summary"] == f"this host does not hold {VIP}"
    assert said["links.state", "eth0"]["state"] == "ok"
    assert value(system, name, f'nodeagent_address_held{{address="{VIP}",kind="vip"}}') == 0
    for check, subjects in (("vip.claimants", [VIP]), ("service-address.claimants", [INGRESS, SERVICE])):
      for subject in subjects:
        assert said[check, subject]["state"] == "unknown", said[check, subject]
        assert "CAP_NET_RAW" in said[check, subject]["summary"]
    assert value(system, name, f'nodeagent_address_claimants{{address="{VIP}"}}') is None
    # On loopback, and not answered for on the link.
    guest.shell(f"sysctl -qw net.ipv4.conf.all.arp_ignore=1 && ip address add {VIP}/32 dev lo")
    try:
      added = f'nodeagent_address_events_total{{address="{VIP}",event="added"}}'
      wait.until(lambda: value(system, name, added) == 1, 5, "a change of the address table is heard")
    finally:
      guest.shell(f"ip address delete {VIP}/32 dev lo; sysctl -qw net.ipv4.conf.all.arp_ignore=0")
  finally:
    guest.shell(f"rm -f {drop_in}; systemctl daemon-reload")
    configure(system, {name: SETTINGS})
  with scene():
    assert verdict(system, name, "vip.claimants", VIP)["state"] == "ok"


def test_a_host_whose_interface_is_off_says_nothing_of_the_link(system, scene):
  name = "raspberrry-001"
  with scene(UNSEEN) as play:
    system.guests[name].exec("ip", "link", "set", "eth0", "down")
    try:
      play.until_told(5, Told(name, "links.state", "eth0", "failing", "switched off"))
      on_the_link = [("vip.claimants", VIP), *(("service-address.claimants", each) for each in (INGRESS, SERVICE))]
      play.until(lambda: {verdict(system, name, *each)["state"] for each in on_the_link} <= {"skipped", "unknown"}, 6,
                 "nothing is said of who answers")
    finally:
      system.guests[name].shell(f"ip link set eth0 up && ip route replace default via {system.plan.gateway}")


# ---- addresses of Services ----


def test_service_address_of_two_is_held_twice(system, scene):
  others = [name for name in system.agents if name not in ("5825u-001", "raspberrry-001")]
  with scene() as play:
    speak(system.guests["raspberrry-001"], SERVICE)
    try:
      play.until_told(
        10, *(Told(name, "service-address.claimants", SERVICE, "failing", "held twice") for name in others))
    finally:
      fall_silent(system.guests["raspberrry-001"])


def test_service_address_of_nobody_is_told_by_hosts_without_a_speaker(system, scene):
  with scene() as play:
    fall_silent(system.guests["5825u-001"])
    try:
      told = [Told(name, "service-address.claimants", SERVICE, "failing", "nobody answers")
              for name in system.agents if name != "n100-001"]
      play.expected += told  # a kept answer stands in for a question for some time, longer on workers
      # A node with a speaker cannot know.
      play.expected.append(Told("n100-001", "service-address.claimants", SERVICE, "unknown"))
      play.until_told(35, *(each for each in told if each.host in (MASTER, BACKUP)))
    finally:
      speak(system.guests["5825u-001"], SERVICE)
    play.until(lambda: all(value(system, name, f'nodeagent_address_claimants{{address="{SERVICE}"}}') == 1
                           for name in (MASTER, BACKUP)), 8, "one claimant again")


def look_at(guest, *addresses: str) -> None:
  """Makes the kernel resolve addresses, as any connection does."""
  code = "import socket, sys\nfor each in sys.argv[1:]: socket.socket(type=socket.SOCK_DGRAM).sendto(b'', (each, 9))"
  guest.exec("python3", "-c", code, *addresses)


def test_pool_address_of_a_stranger_is_a_warning(system, scene):
  address, guest = "192.168.100.250", system.guests[MASTER]
  with scene() as play:
    try:
      with Station(system.run, f"{address}/24"):
        look_at(guest, address)
        play.until_told(8, Told(MASTER, "service-address.stranger", address, "warning", "a stranger by DHCP"))
    finally:
      guest.exec("ip", "neighbour", "flush", "dev", "eth0", "to", address)


def test_doctor_that_is_asked_by_name_searches_the_pool(system):
  guest, configuration = system.guests["n100-002"], "/run/pool.yaml"
  guest.write(configuration, "cluster:\n  serviceAddresses:\n    pools: [192.168.100.250-192.168.100.251]\n")
  with Station(system.run, "192.168.100.250/24"):
    report = system.agents["n100-002"].doctor("--config", configuration, "--only", "service-address.stranger")
  said = by_key(report)
  assert said["service-address.stranger", "192.168.100.250"]["state"] == "warning", said
  assert ("service-address.stranger", "192.168.100.251") not in said, said


def test_pool_address_of_a_known_node_is_a_new_service(system, scene):
  address, guest = "192.168.100.249", system.guests[MASTER]
  with scene() as play:
    speak(system.guests["raspberrry-001"], address)
    try:
      look_at(guest, address, "192.168.100.101")
      play.until(lambda: by_key(system.agents[MASTER].status()).get(("service-address.stranger", address), {})
                 .get("summary", "").startswith("a Service uses it: raspberrry-001 (192.168.100.101"), 8, "a Service of a known node")
      assert verdict(system, MASTER, "service-address.stranger", address)["state"] == "ok"
    finally:
      fall_silent(system.guests["raspberrry-001"])
      guest.exec("ip", "neighbour", "flush", "dev", "eth0", "to", address)
