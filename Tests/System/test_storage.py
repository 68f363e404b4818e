"""Volumes of pods on NFS servers of a real kernel: each fault is named with server, volumes and pods, and let go."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from conftest import MACHINE_PLAN, in_full
from rig import wait
from rig.machine_system import running
from rig.storage import Storage
from rig.verdicts import describe, require_agreement

HOST = MACHINE_PLAN.hosts[0].name
FOUND_SECONDS = 20
CLEAR_SECONDS = 20
DOCTOR_SECONDS = 10
CYCLES = int(os.environ.get("RIG_NFS_CYCLES", "3"))
STATES = {"ok": 0, "warning": 1, "failing": 2, "unknown": 3}


@pytest.fixture(scope="module")
def storage(emulation, binary):
  """The host of the table with the volumes of seven pods mounted, and an agent that finds them well."""
  with running(MACHINE_PLAN, HOST, binary) as bed:
    made = Storage(bed, HOST)
    made.set_up()
    yield made


@pytest.fixture(autouse=True)
def bed(storage):
  """What a failure shows the console of."""
  return storage.bed


@dataclass(frozen=True)
class Fault:
  """What is done to a server, and what the agent must say of it."""

  name: str
  inject: Callable[[Storage], None]
  repair: Callable[[Storage], None]
  check: str
  says: str = ""
  states: tuple[str, ...] = ("failing",)
  # Whether the pods wait or fail, and are named.
  suffers: bool = True
  # Values of nodeagent_nfs_*_up of the server.
  up: dict[str, set[float]] = field(default_factory=dict)
  # Whether one look is enough to say it of everything that is mounted.
  at_once: bool = True
  # How long the neighbour table may still have the host after its last sign of life (base_reachable_time of arp(7), and
  # the questions after that).
  remembered: float = 0


DEAD = {"server": {0.0}, "mount": {0.0}}
FAULTS = [
  Fault("service stopped, host up", lambda it: it.faulty.stop(), lambda it: it.faulty.start(),
        "nfs.server", "is up, but its NFS service is down: nothing listens on port 2049", up=DEAD),
  Fault("wire cut", lambda it: it.faulty.cut(), lambda it: it.faulty.join(),
        "nfs.server", "is down or cut off", up=DEAD, remembered=60),
  Fault("port dropped by a firewall", lambda it: it.firewall("tcp dport 2049"), lambda it: it.no_firewall(),
        "nfs.server", "port 2049", up=DEAD),
  Fault("rebooted", lambda it: it.crash(), lambda it: it.reboot(), "nfs.server", "is down or cut off", up=DEAD,
        remembered=60),
  # The agent's own question comes from another port than a mount's.
  Fault("only the mounts cut off", lambda it: it.firewall("tcp sport < 1024 tcp dport 2049"),
        lambda it: it.no_firewall(), "nfs.responding", "only this mount is stuck", up={"server": {1.0}}, at_once=False),
  Fault("directories made anew", lambda it: it.remake(), lambda it: it.remount(),
        "nfs.responding", "stale: ", up={"server": {1.0}, "mount": {0.0}}, at_once=False),
  Fault("share full", lambda it: it.fill(), lambda it: it.drain(),
        "nfs.space", "full: writes fail", up={"server": {1.0}, "mount": {1.0}}),
  Fault("export read-only", lambda it: it.forbid_writes(), lambda it: it.allow_writes(),
        "nfs.read-only", "the export is read-only", up={"server": {1.0}, "mount": {1.0}}),
  Fault("answers late", lambda it: it.faulty.slow("delay", "300ms"), lambda it: it.faulty.hurry(),
        "nfs.server", "answers slowly", states=("warning",), up={"server": {1.0}}),
  Fault("answers lost", lambda it: it.faulty.slow("loss", "80%"), lambda it: it.faulty.hurry(),
        "nfs.server", states=("warning", "failing"), suffers=False),
]


def unnamed(storage: Storage, report: dict, fault: Fault, all_of_it: bool = True) -> list[str]:
  """What a report does not say of a fault, though it should."""
  said = storage.about(report, storage.faulty, fault.check)
  fits = [each["state"] in fault.states and fault.says in each["summary"] for each in said]
  missing = [] if fits and (all(fits) if all_of_it else any(fits)) else [f"{fault.check}:\n{describe(said)}"]
  if fault.suffers:
    pods = storage.about(report, storage.faulty, "nfs.pods")
    text = str(pods)
    names = [name for volume in storage.volumes for name in (volume.pod, volume.name) if name not in text]
    if names and all_of_it or not any(volume.pod in text for volume in storage.volumes):
      missing.append(f"nfs.pods without {names}:\n{describe(pods)}")
  return missing


@in_full
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_is_named_and_let_go(storage, fault, figure):
  with storage.bed.use() as machine:
    fault.inject(storage)
    began = time.monotonic()
    storage.wait(lambda report: is_seen(storage, report, fault), FOUND_SECONDS, f"{fault.name} is seen")
    seen = time.monotonic() - began
    report = storage.wait(lambda report: not unnamed(storage, report, fault), FOUND_SECONDS + fault.remembered,
                          f"{fault.name} is named")
    named = time.monotonic() - began
    values = storage.metrics()
    for each in storage.about(report, storage.faulty, fault.check):
      assert values[series(each)] in {STATES[state] for state in fault.states}
    if fault.suffers:
      wait.until(lambda: {volume.name: volume.pod for volume in storage.volumes} == storage.affected(storage.faulty),
                 FOUND_SECONDS * machine.patience, "each volume and its pod is a series")
    for name, wanted in fault.up.items():
      assert storage.up(name, storage.faulty) == wanted
    for name in ("server", "mount"):
      assert storage.up(name, storage.untouched) == {1.0}
    ask_doctor(storage, fault)
    fault.repair(storage)
    began = time.monotonic()
    storage.wait(lambda report: not is_seen(storage, report, fault), CLEAR_SECONDS, f"{fault.name} is seen no more")
    gone = time.monotonic() - began
    storage.wait(storage.is_well, CLEAR_SECONDS, f"all is well after {fault.name}")
    well = time.monotonic() - began
    for volume in storage.volumes:
      assert machine.read(f"{volume.mount_point}/file") == "content\n"
  figure(f"{fault.name}: seen in {seen:.1f} s, named in {named:.1f} s; seen no more in {gone:.1f} s, all well in "
         f"{well:.1f} s ({machine.accelerator})")


def is_seen(storage: Storage, report: dict, fault: Fault) -> bool:
  """Whether its check is in the state that the fault brings, in whatever words."""
  return any(each["state"] in fault.states for each in storage.about(report, storage.faulty, fault.check))


def ask_doctor(storage: Storage, fault: Fault) -> None:
  """Lets the doctor name a fault. It looks once, and an emulated processor with other work may miss a deadline then."""
  for left in range(0 if storage.machine.accelerator == "kvm" else 2, -1, -1):
    report = storage.agent.doctor()
    try:
      storage.require_untouched(report)
      assert not (missing := unnamed(storage, report, fault, fault.at_once)), "doctor: " + "\n".join(missing)
      return
    except AssertionError:
      if not left:
        raise


def series(verdict: dict) -> str:
  return f'nodeagent_check_state{{check="{verdict["check"]}",subject="{verdict["subject"]}"}}'


@in_full
def test_daemon_in_its_sandbox_tells_what_roots_doctor_tells(storage):
  with storage.bed.use():
    require_agreement(storage.agent)


@in_full
def test_who_waits_is_named(storage):
  """A task of a pod that hangs, and a mount that does not come to an end."""
  with storage.bed.use(keeps=False) as machine:
    volume = storage.volumes[0]
    machine.write(f"{volume.directory}/other", "content\n")
    storage.faulty.cut()
    machine.shell(f"systemd-run --quiet --unit=waits --slice={volume.slice} cat {volume.mount_point}/other")
    machine.shell("mkdir /mnt/new && systemd-run --quiet --unit=mounts"
                  f" mount -t nfs -o vers=4.2 {storage.faulty.host}:{volume.share} /mnt/new")

    def waits(report: dict) -> bool:
      said = storage.about(report, storage.faulty, "nfs.blocked-tasks")
      return any(each["state"] == "warning" and "cat" in each["summary"] and volume.pod in str(each["evidence"])
                 for each in said)

    storage.wait(waits, FOUND_SECONDS, "the task is named with its pod")
    assert storage.metrics()["nodeagent_nfs_blocked_tasks"] >= 1
    storage.wait(lambda report: any(each["state"] == "warning"
                                    for each in storage.about(report, storage.faulty, "nfs.stuck-mounts")),
                 60 + FOUND_SECONDS, "the mount that hangs is named")
    storage.faulty.join()
    storage.wait(storage.is_well, CLEAR_SECONDS, "both are let go")
    assert storage.metrics()["nodeagent_nfs_blocked_tasks"] == 0


@in_full
def test_doctor_ends_and_a_scrape_is_answered_with_all_servers_dead(storage, figure):
  with storage.bed.use(keeps=False) as machine:
    for server in (storage.faulty, storage.untouched):
      server.cut()
    wait.until(lambda: all(storage.up("server", server) == {0.0} for server in (storage.faulty, storage.untouched)),
               FOUND_SECONDS * machine.patience, "both are known to be dead")
    scrapes = []
    with ThreadPoolExecutor(1) as pool:
      began = time.monotonic()
      asked = pool.submit(storage.agent.doctor, "--timeout", str(DOCTOR_SECONDS))
      while not asked.done():
        scraped = time.monotonic()
        assert "nodeagent_nfs_server_up" in storage.agent.metrics()
        scrapes.append(time.monotonic() - scraped)
        time.sleep(wait.INTERVAL * machine.patience)
      report, took = asked.result(), time.monotonic() - began
    figure(f"doctor: {took:.1f} s ({report['duration_seconds']:.1f} s by its own word); {len(scrapes)} scrapes, "
           f"the slowest {max(scrapes):.2f} s ({machine.accelerator})")
    assert took < (DOCTOR_SECONDS + 1) * machine.patience
    for server in (storage.faulty, storage.untouched):
      assert [each["state"] for each in storage.about(report, server, "nfs.server")] == ["failing"]


@in_full
def test_death_and_return_leave_nothing_behind(storage, figure):
  with storage.bed.use() as machine:
    identity = storage.agent.identity()
    before = None
    # The first one starts what is started once.
    for _ in range(1 + CYCLES):
      storage.faulty.stop()
      storage.wait(lambda report: any(each["state"] == "failing"
                                      for each in storage.about(report, storage.faulty, "nfs.server")),
                   FOUND_SECONDS, "its death is seen")
      storage.faulty.start()
      storage.wait(storage.is_well, CLEAR_SECONDS, "its return is seen")
      before = before or least(storage)
    assert storage.agent.identity() == identity
    wait.until(lambda: (after := storage.footprint()) and all(after[key] <= before[key] for key in before),
               FOUND_SECONDS * machine.patience, f"no more than before: {before}, not {storage.footprint()}")
  figure(f"{CYCLES} deaths and returns: {before} before, {storage.footprint()} after")


def least(storage: Storage) -> dict[str, int]:
  """What the agent holds between two looks."""
  seen = [storage.footprint() for _ in range(10)]
  return {key: min(each[key] for each in seen) for key in seen[0]}
