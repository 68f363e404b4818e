"""Volumes of pods on NFS servers, as the kubelet and csi-driver-nfs leave them on a node."""

import hashlib
import json
import uuid
from dataclasses import dataclass

from rig.host import Host

PODS = "/var/lib/kubelet/pods"
LOGS = "/var/log/pods"
DRIVER = "nfs.csi.k8s.io"


@dataclass(frozen=True)
class Volume:
  """A claim's directory on a share, and the one pod that uses it; a name gives the same UIDs always."""

  server: str  # address
  share: str
  pod: str  # NAMESPACE/NAME
  options: str  # mountOptions of the storage class

  @property
  def pod_uid(self) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"pod/{self.pod}"))

  @property
  def name(self) -> str:
    """The persistent volume, and the directory on the share."""
    return f"pvc-{uuid.uuid5(uuid.NAMESPACE_URL, f'claim/{self.pod}')}"

  @property
  def directory(self) -> str:
    """On the server."""
    return f"{self.share}/{self.name}"

  @property
  def mount_point(self) -> str:
    return f"{PODS}/{self.pod_uid}/volumes/kubernetes.io~csi/{self.name}/mount"

  @property
  def slice(self) -> str:
    """The pod's control group, as the kubelet names it for systemd."""
    return f"kubepods-burstable-pod{self.pod_uid.replace('-', '_')}.slice"

  def provision(self, host: Host) -> None:
    """Makes the directory, with the class's mountPermissions "0777"; the servers' files are the machine's own."""
    host.shell(f"mkdir -p {self.directory} && chmod 777 {self.directory} && echo content > {self.directory}/file")

  def publish(self, host: Host) -> None:
    """Mounts it for the pod, with the kubelet's notes beside it and the pod's directory of logs."""
    namespace, name = self.pod.split("/")
    host.shell(f"mkdir -p {self.mount_point} {LOGS}/{namespace}_{name}_{self.pod_uid}/main && chmod 750 {PODS}")
    host.write(self.mount_point.removesuffix("mount") + "vol_data.json", self._notes(host.name))
    self.mount(host)

  def mount(self, host: Host) -> None:
    host.exec("mount", "-t", "nfs", "-o", self.options, f"{self.server}:{self.directory}", self.mount_point)

  def unmount(self, host: Host) -> None:
    """Takes it away even where its server no longer knows it."""
    host.exec("umount", "-f", "-l", self.mount_point)

  def _notes(self, node: str) -> str:
    # Server, share, directory, and two that only classes with further settings fill.
    handle = "#".join((self.server, self.share.strip("/"), self.name, "", ""))
    attachment = hashlib.sha256(f"{handle}{DRIVER}{node}".encode()).hexdigest()
    notes = {"attachmentID": f"csi-{attachment}", "driverName": DRIVER, "nodeName": node, "specVolID": self.name,
             "volumeHandle": handle, "volumeLifecycleMode": "Persistent"}
    return json.dumps(notes, separators=(",", ":")) + "\n"
