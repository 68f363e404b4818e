"""Writes an image as an OCI layout: files in, blobs named by their hashes out; the same files give the same bytes."""

import gzip
import hashlib
import io
import json
import tarfile
from datetime import datetime, timezone
from pathlib import Path

MEDIA = "application/vnd.oci.image"


class Layer:
  """A compressed archive of files, all of root's and all of one time."""

  def __init__(self, when: int):
    self.when = when
    self.raw = io.BytesIO()
    self.tar = tarfile.open(fileobj=self.raw, mode="w", format=tarfile.PAX_FORMAT)

  def tree(self, root: Path) -> None:
    for path in sorted(root.rglob("*")):
      name = str(path.relative_to(root))
      if path.is_symlink():
        self.add(name, tarfile.SYMTYPE, 0o777, link=str(path.readlink()))
      elif path.is_dir():
        self.directory(name)
      elif path.is_file():
        self.file(name, path.read_bytes(), path.stat().st_mode & 0o755)

  def directory(self, name: str) -> None:
    self.add(name, tarfile.DIRTYPE, 0o755)

  def file(self, name: str, content: bytes, mode: int = 0o644, capabilities: str | None = None) -> None:
    self.add(name, tarfile.REGTYPE, mode, content, capabilities=capabilities)

  def add(self, name: str, kind: bytes, mode: int, content: bytes = b"", link: str = "",
          capabilities: str | None = None) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.mtime, entry.linkname, entry.size = kind, mode, self.when, link, len(content)
    if capabilities:
      entry.pax_headers = {"SCHILY.xattr.security.capability": capabilities}
    self.tar.addfile(entry, io.BytesIO(content))

  def finish(self) -> tuple[str, bytes]:
    """The hash of the archive itself, and the archive compressed."""
    self.tar.close()
    raw = self.raw.getvalue()
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as stream:
      stream.write(raw)
    return f"sha256:{hashlib.sha256(raw).hexdigest()}", packed.getvalue()


class Layout:
  """An OCI layout in a folder (OCI image specification 1.0)."""

  def __init__(self, folder: Path, when: int):
    self.folder, self.manifests = folder, []
    self.created = datetime.fromtimestamp(when, timezone.utc).isoformat().replace("+00:00", "Z")
    (folder / "blobs/sha256").mkdir(parents=True)

  def blob(self, media: str, content: bytes) -> dict:
    digest = hashlib.sha256(content).hexdigest()
    (self.folder / "blobs/sha256" / digest).write_bytes(content)
    return {"mediaType": f"{MEDIA}.{media}", "digest": f"sha256:{digest}", "size": len(content)}

  def image(self, architecture: str, layers: list[Layer], config: dict) -> int:
    """Adds an image for one architecture and answers its compressed size in bytes."""
    finished = [layer.finish() for layer in layers]
    described = self.blob("config.v1+json", encode({
      "architecture": architecture, "os": "linux", "created": self.created, "config": config,
      "rootfs": {"type": "layers", "diff_ids": [digest for digest, _ in finished]}}))
    blobs = [self.blob("layer.v1.tar+gzip", packed) for _, packed in finished]
    manifest = self.blob("manifest.v1+json", encode({
      "schemaVersion": 2, "mediaType": f"{MEDIA}.manifest.v1+json", "config": described, "layers": blobs}))
    self.manifests.append({**manifest, "platform": {"architecture": architecture, "os": "linux"}})
    return sum(blob["size"] for blob in blobs)

  def finish(self, tag: str) -> None:
    """One index for all architectures, under a tag."""
    index = self.blob("index.v1+json", encode({
      "schemaVersion": 2, "mediaType": f"{MEDIA}.index.v1+json", "manifests": self.manifests}))
    top = {"schemaVersion": 2, "manifests": [{**index, "annotations": {"org.opencontainers.image.ref.name": tag}}]}
    (self.folder / "index.json").write_bytes(encode(top))
    (self.folder / "oci-layout").write_bytes(encode({"imageLayoutVersion": "1.0.0"}))


def encode(value: dict) -> bytes:
  return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
