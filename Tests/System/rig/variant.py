"""The kinds of virtual machines: what is installed on them, and what their kernel is told."""

from dataclasses import dataclass

from rig.processor import ARM, X86, Processor


@dataclass(frozen=True)
class Variant:
  """`tree` is a recipe of rig.trees; with labels, every file has the one that its SELinux policy wants."""

  tree: str
  arguments: str = ""
  has_labels: bool = False
  # For `make system-full` only.
  is_long: bool = False
  processor: Processor = X86


VARIANTS = {
  "plain": Variant("machine"),
  # Without enforcing= the mode is the one of /etc/selinux/config: permissive, as Debian has it.
  "selinux": Variant("machine-selinux", "security=selinux selinux=1", has_labels=True, is_long=True),
  # Always emulated: where this machine has other work, a service may take minutes to start.
  "arm64": Variant("machine-arm64", "systemd.default_timeout_start_sec=900", is_long=True, processor=ARM),
}
