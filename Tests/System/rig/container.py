"""A container of the DaemonSet on a guest: the image's files and the pod's settings, run by runc as a kubelet would."""

import json
import subprocess
import tarfile
from pathlib import Path

import yaml

from rig.guest import Guest
from rig.layer import Layer
from rig.paths import REPOSITORY

DAEMON_SET = REPOSITORY / "manifests/base/daemonset.yaml"
PLACE = "/var/lib/rig/containers"
# What container runtimes call RuntimeDefault: this is CRI-O's and Podman's (package golang-github-containers-common).
SECCOMP = Path("/usr/share/containers/seccomp.json")
# What a container runtime mounts in every container.
STANDARD = [
  {"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "noexec", "nodev"]},
  {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755", "size=64k"]},
  {"destination": "/sys", "type": "bind", "source": "/sys", "options": ["rbind", "ro", "nosuid", "noexec", "nodev"]},
]
NAMESPACES = ("mount", "pid", "ipc", "uts")


def unpack(image: Path, layer: Layer) -> None:
  """Lays the image's files into a guest's layer, and runc beside them."""
  files(image, "amd64", layer.root / PLACE.lstrip("/") / "rootfs")
  layer.write("/usr/sbin/runc", Path("/usr/sbin/runc").read_bytes(), 0o755)


def files(image: Path, architecture: str, root: Path) -> None:
  """Unpacks the image's files for an architecture, with the capabilities that some have."""
  root.mkdir(parents=True)
  with tarfile.open(image) as archive:
    def read(digest: str) -> bytes:
      return archive.extractfile("blobs/sha256/" + digest.removeprefix("sha256:")).read()
    index = json.loads(archive.extractfile("index.json").read())
    platforms = json.loads(read(index["manifests"][0]["digest"]))["manifests"]
    own = next(each for each in platforms if each["platform"]["architecture"] == architecture)
    for each in json.loads(read(own["digest"]))["layers"]:
      subprocess.run(["tar", "-xz", "-p", "--xattrs", "--xattrs-include=security.capability", "-C", root],
                     input=read(each["digest"]), check=True)


def pod() -> dict:
  return yaml.safe_load(DAEMON_SET.read_text())["spec"]["template"]["spec"]


def configuration(spec: dict, container: dict, without: frozenset[str]) -> dict:
  """runc's configuration of one container of the pod; `without` names capabilities that are not granted after all."""
  security = container["securityContext"]
  granted = ["CAP_" + name for name in security["capabilities"].get("add", []) if name not in without]
  volumes = {volume["name"]: volume for volume in spec["volumes"]}
  mounts = [*STANDARD]
  for mount in container["volumeMounts"]:
    volume = volumes[mount["name"]]
    source = volume["hostPath"]["path"] if "hostPath" in volume else "/etc/nodeagent"
    spread = "rslave" if mount.get("mountPropagation") == "HostToContainer" else "rprivate"
    mounts.append({"destination": mount["mountPath"], "type": "bind", "source": source,
                   "options": ["rbind", spread, "ro" if mount.get("readOnly") else "rw"]})
  return {
    "ociVersion": "1.0.2",
    "process": {
      "user": {"uid": security["runAsUser"], "gid": security["runAsGroup"]}, "cwd": "/", "env": ["PATH=/usr/bin"],
      "args": ["/usr/bin/nodeagent", *container["args"]],
      # Ambient ones no kubelet gives.
      "capabilities": {kind: granted for kind in ("bounding", "effective", "permitted")},
      "noNewPrivileges": not security["allowPrivilegeEscalation"]},
    "root": {"path": f"{PLACE}/rootfs", "readonly": security["readOnlyRootFilesystem"]},
    "mounts": mounts,
    "linux": {"namespaces": [{"type": name} for name in NAMESPACES], "rootfsPropagation": "rslave",
              "seccomp": seccomp(granted)}}


def seccomp(granted: list[str]) -> dict:
  """The runtime's default filter, for a process with these capabilities."""
  profile = json.loads(SECCOMP.read_text())
  rules = []
  for rule in profile["syscalls"]:
    includes, excludes = rule.get("includes", {}), rule.get("excludes", {})
    if not set(includes.get("caps", [])) <= set(granted) or set(excludes.get("caps", [])) & set(granted):
      continue
    if "arches" in includes and "amd64" not in includes["arches"] or "amd64" in excludes.get("arches", []):
      continue
    arguments = {"args": rule["args"]} if rule.get("args") else {}
    errno = {"errnoRet": rule["errnoRet"]} if "errnoRet" in rule else {}
    rules.append({"names": rule["names"], "action": rule["action"], **arguments, **errno})
  default = {"defaultErrnoRet": profile["defaultErrnoRet"]} if "defaultErrnoRet" in profile else {}
  return {"defaultAction": profile["defaultAction"], **default,
          "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"], "syscalls": rules}


def start(guest: Guest, name: str, without: frozenset[str] = frozenset()) -> None:
  """Starts one container of the pod under systemd, which only keeps the process."""
  spec = pod()
  container = next(each for each in spec["containers"] if each["name"] == name)
  for volume in spec["volumes"]:
    if volume.get("hostPath", {}).get("type") == "DirectoryOrCreate":
      guest.exec("mkdir", "-p", volume["hostPath"]["path"])
  guest.write(f"{PLACE}/{name}/config.json", json.dumps(configuration(spec, container, without)))
  guest.exec("systemd-run", "--quiet", "--collect", f"--unit=container-{name}", "--property=Delegate=yes", "runc", "run",
             "--bundle", f"{PLACE}/{name}", name)


def stop(guest: Guest, name: str) -> None:
  guest.shell(f"runc kill {name} KILL; systemctl stop container-{name}; runc delete -f {name}", check=False)


def log(guest: Guest, name: str) -> str:
  return guest.exec("journalctl", "-u", f"container-{name}", "-o", "cat", "--no-pager", check=False)
