"""The processors that virtual machines have, and what the emulator is told for each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Processor:
  """`name` is what uname and the emulator call it, `debian` what dpkg does.

  `emulator` is the recipe of the tree that has its emulator; `variable` of the environment names the agent's program.
  """

  name: str
  debian: str
  emulator: str
  variable: str
  board: str
  # What is emulated where the machine's own processor cannot be lent.
  model: str
  console: str

  @property
  def program(self) -> str:
    return f"qemu-system-{self.name}"


# What the machine does not have, it need not look for at each boot. Five levels of pages and the newest vectors make
# an emulated processor slower, not better.
X86 = Processor("x86_64", "amd64", "emulator", "NODEAGENT_BINARY", "q35,sata=off,smbus=off,i8042=off,vmport=off",
                "max,la57=off", "ttyS0")
# The processor of a Raspberry Pi 4.
ARM = Processor("aarch64", "arm64", "emulator-arm64", "NODEAGENT_ARM64_BINARY", "virt", "cortex-a72", "ttyAMA0")
