"""A real Prometheus with the shipped rules and scrape configuration, and three agents: what none of them sees alone."""

import http.client
import json
import shutil
import subprocess

import pytest
import yaml

from conftest import lacking
from rig import installed, network, wait
from rig.agent import Agent
from rig.layer import Layer
from rig.paths import REPOSITORY
from rig.run import Run

ADDRESS = "192.168.100.230"
HOSTS = {f"host-{number}": f"192.168.100.{40 + number}" for number in (1, 2, 3)}
PORT = 9090
SETTINGS = f'cluster: {{controlPlane: {{endpoint: "{ADDRESS}:6443", manager: keepalived}}}}\n'


@pytest.fixture(scope="module")
def run(binary):
  if not shutil.which("prometheus"):
    lacking("program prometheus is missing (apt-get install prometheus)")
  with Run() as made:
    agent = installed.agent(made.directory / "layers/agent", binary)
    agent.write("/etc/nodeagent/nodeagent.yaml", SETTINGS)
    for name, address in HOSTS.items():
      layer = Layer(made.directory / "layers" / name)
      layer.write("/etc/hostname", f"{name}\n")
      made.add(name, "bookworm", f"{address}/24", [layer.root, agent.root])
    network.stand_in_for_router(made.holder, "192.168.100.1/24")
    made.start()
    for guest in made.guests.values():
      Agent(guest).wait_ready()
    yield made


@pytest.fixture(scope="module")
def prometheus(run, tmp_path_factory):
  """Answers a path of Prometheus' API with its data."""
  folder = tmp_path_factory.mktemp("prometheus")
  shipped = REPOSITORY / "manifests/prometheus"
  job = yaml.safe_load((shipped / "scrape.yaml").read_text())["scrape_configs"][1]
  job.update(scrape_interval="1s", scrape_timeout="1s")
  job["static_configs"][0]["targets"] = [f"{address}:19100" for address in HOSTS.values()]
  settings = {"global": {"evaluation_interval": "1s"}, "rule_files": [str(shipped / "rules.yaml")],
              "scrape_configs": [job]}
  (folder / "prometheus.yml").write_text(yaml.safe_dump(settings))
  with (folder / "log").open("w") as log:
    process = subprocess.Popen(
      ["setpriv", "--pdeathsig", "KILL", "--", "nsenter", "--target", str(run.holder), "--net", "--", "prometheus",
       f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
       f"--web.listen-address=127.0.0.1:{PORT}"], stdout=log, stderr=log)

  def ask(path: str):
    connection = http.client.HTTPConnection("127.0.0.1", PORT)
    try:
      connection.sock = network.connect(run.holder, ("127.0.0.1", PORT), 2)
      connection.request("GET", path, headers={"Connection": "close"})
      response = connection.getresponse()
      return json.loads(response.read())["data"] if response.status == 200 else None
    except OSError:
      return None
    finally:
      connection.close()
  try:
    wait.until(lambda: ask("/api/v1/status/buildinfo"), 30, f"Prometheus answers\n{(folder / 'log').read_text()}")
    yield ask
  finally:
    process.kill()
    process.wait(timeout=10)


def up(ask) -> int:
  return sum(target["health"] == "up" for target in ask("/api/v1/targets")["activeTargets"])


def alerts(ask) -> dict[str, dict]:
  return {alert["labels"]["alertname"]: alert["labels"] for alert in ask("/api/v1/alerts")["alerts"]
          if alert["labels"].get("address", ADDRESS) == ADDRESS}


def test_it_loads_every_rule_and_scrapes_every_agent(prometheus):
  groups = prometheus("/api/v1/rules")["groups"]
  assert sum(len(group["rules"]) for group in groups) == 22
  wait.until(lambda: up(prometheus) == 3, 20, "three agents are scraped")
  labels = prometheus("/api/v1/targets")["activeTargets"][0]["labels"]
  assert labels["job"] == "nodeagent" and labels["cluster"] == "hybrid"
  wait.until(lambda: all(rule["health"] == "ok" for group in prometheus("/api/v1/rules")["groups"]
                         for rule in group["rules"]), 20, "every rule can be evaluated")


def test_two_holders_and_none_are_seen_over_all_nodes(run, prometheus):
  wait.until(lambda: up(prometheus) == 3, 20, "three agents are scraped")
  holders = [run.guests["host-1"], run.guests["host-2"]]
  wait.until(lambda: "AddressHasNoHolder" in alerts(prometheus), 90, "nobody holds the address")
  for guest in holders:
    guest.shell(f"ip address add {ADDRESS}/32 dev $(ip -o route show 192.168.100.0/24 | sed 's/.* dev \\([^ ]*\\).*/\\1/')")
  try:
    found = wait.until(lambda: alerts(prometheus).get("SharedAddressHeldTwice"), 20, "two hosts hold it")
    assert found["cluster"] == "hybrid" and found["address"] == ADDRESS
  finally:
    for guest in holders:
      guest.shell(f"ip address del {ADDRESS}/32 dev $(ip -o address show to {ADDRESS} | cut -d' ' -f2)")
  wait.until(lambda: "SharedAddressHeldTwice" not in alerts(prometheus), 20, "nobody holds it any more")


def test_a_node_that_falls_silent_is_noticed(run, prometheus):
  run.guests["host-3"].exec("systemctl", "stop", "nodeagent.service")
  found = wait.until(lambda: alerts(prometheus).get("NodeSilent"), 20, "the agent does not answer")
  assert found["instance"] == f"{HOSTS['host-3']}:19100"
