"""The tables, and the files that depend on a version of Kubernetes; nothing here starts a host."""

import json
from dataclasses import replace

import pytest

from rig import kubeadm, machine_system, profiles
from rig.cluster import ClusterPlan, HostPlan
from rig.layer import Layer
from rig.matrix import Matrix

PLAN = ClusterPlan.load()
ROW = """
[[fault]]
name = "row"
host = "n100-001"
repair = [{remove = "/etc/x"}]
repaired = "true"
clear_within = 1
[[fault.stage]]
inject = [{write = "/etc/x", text = "y"}]
proof = "true"
within = 1
expect = [{check = "a.check", subject = "", state = "failing"}]
"""


def load(text: str, tmp_path) -> Matrix:
  (tmp_path / "faults.toml").write_text(text)
  return Matrix.load(PLAN, tmp_path / "faults.toml")


def test_row_is_read(tmp_path):
  fault = load(ROW, tmp_path).faults[0]
  assert (fault.host, fault.stages[0].expect[0].label, fault.stages[0].inject[0].text) == ("n100-001", "a.check", "y")


@pytest.mark.parametrize(("old", "new", "message"), [
  ('"failing"', '"unknown"', "a detected fault is one of"),
  ('"failing"', '"ok"', "a detected fault is one of"),
  ('"n100-001"', '"n100-099"', "no such host"),
  ('{remove = "/etc/x"}', '{erase = "/etc/x"}', "an action has exactly one of"),
  ('{remove = "/etc/x"}', '{remove = "/etc/x", run = "true"}', "an action has exactly one of"),
  ("clear_within", "limit = 3\nclear_within", "unknown keys"),
  ("within = 1\nexpect", 'within = 1\nimpact = {work = "lost"}\nexpect', "impact"),
  ("expect = [{", "expect = []\nignored = [{", "a detected fault is one of"),
])
def test_row_that_is_wrong_is_refused(tmp_path, old, new, message):
  with pytest.raises(ValueError, match=message):
    load(ROW.replace(old, new), tmp_path)


@pytest.mark.parametrize(("old", "new"), [
  ('{remove = "/etc/x"}', '{boot = ""}'),
  ("clear_within", "full = true\nclear_within"),
])
def test_what_only_a_machine_can_is_refused_elsewhere(tmp_path, old, new):
  text = ROW.replace(old, new)
  with pytest.raises(ValueError, match="kernel of their own"):
    load(text, tmp_path)
  (tmp_path / "machine.toml").write_text(text)
  assert Matrix.load(replace(PLAN, tier="machine"), tmp_path / "machine.toml").faults


def test_row_that_boots_is_known(tmp_path):
  assert not load(ROW, tmp_path).faults[0].boots
  assert load(ROW.replace('{remove = "/etc/x"}', "{restart_guest = true}"), tmp_path).faults[0].boots


def test_rows_of_machines_leave_an_emulated_processor_its_time():
  for fault in Matrix.load(ClusterPlan.load(machine_system.TABLE), machine_system.TABLE).faults:
    assert min(fault.clear_within, *(stage.within for stage in fault.stages)) >= 5, fault.name


def test_two_rows_of_one_name_are_refused(tmp_path):
  with pytest.raises(ValueError, match="same name"):
    load(ROW + ROW, tmp_path)


@pytest.mark.parametrize("entry", ['check = "a.check"', 'check = "a.check"\nprofiles = ["mistress"]\nreason = "r"'])
def test_baseline_without_a_reason_or_with_an_unknown_profile_is_refused(tmp_path, entry):
  with pytest.raises(ValueError, match="baseline"):
    load(f"[[baseline]]\n{entry}\n{ROW}", tmp_path)


def test_every_row_of_the_smoke_subset_runs_on_the_oldest_systemd():
  # A profile of which there is one host only has it on trixie.
  old = {host.profile for host in PLAN.hosts if host.suite == "bookworm"}
  for fault in Matrix.load(PLAN).faults:
    assert "trixie" == PLAN.host(fault.host).suite, fault.name
    assert PLAN.host(fault.host).profile not in old or any(PLAN.host(name).suite == "bookworm" for name in fault.also), fault.name


@pytest.mark.parametrize(("profile", "minor", "name", "address"), [
  ("master", 32, "admin", PLAN.endpoint),
  ("master", 32, "kubelet", PLAN.endpoint),
  ("master", 33, "kubelet", "192.0.2.1"),
  ("worker", 33, "kubelet", PLAN.endpoint),
  ("master", 28, "controller-manager", "192.0.2.1"),
  ("master", 34, "scheduler", "192.0.2.1"),
])
def test_kubeconfig_names_the_server_that_its_version_names(profile, minor, name, address):
  host = HostPlan("host", profile, "trixie", "192.0.2.1", f"1.{minor}.0")
  assert kubeadm.server(PLAN, host, name) == f"https://{address}:6443"


def test_runtime_endpoint_is_a_flag_up_to_1_33():
  assert "--container-runtime-endpoint=unix:///var/run/crio/crio.sock" in kubeadm.kubelet_flags(33)
  assert "--container-runtime-endpoint" not in kubeadm.kubelet_flags(34)


def test_initial_cluster_grows_with_each_master():
  first, second, _ = PLAN.masters
  assert kubeadm.initial_cluster(PLAN, first) == "n100-001=https://192.168.100.231:2380"
  assert kubeadm.initial_cluster(PLAN, second).count("https://") == 2


def test_counters_and_causes_of_a_row_are_read(tmp_path):
  text = ROW.replace("clear_within", "counted = {'restarts_total{unit=\"x\"}' = 1}\nclear_within")
  fault = load(text.replace('state = "failing"', 'state = "failing", cause = "b.check[x]"'), tmp_path).faults[0]
  assert fault.counted == {'restarts_total{unit="x"}': 1}
  assert fault.stages[0].expect[0].cause == "b.check[x]"


def test_nodes_have_the_network_of_calico(tmp_path):
  layer = Layer(tmp_path / "layer")
  profiles.network(layer)
  assert [path.name for path in sorted((layer.root / "etc/cni/net.d").iterdir())] == ["10-calico.conflist"]
  types = [each["type"] for each in json.loads((layer.root / "etc/cni/net.d/10-calico.conflist").read_text())["plugins"]]
  assert all((layer.root / "opt/cni/bin" / name).is_file() for name in types)
