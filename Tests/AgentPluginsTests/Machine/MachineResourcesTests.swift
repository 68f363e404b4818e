import AgentCore
import Testing

@testable import AgentPlugins

@Suite("Enough memory and processors")
struct MachineResourcesTests {
  @Test(
    "lists of processors",
    arguments: [
      ("0\n", 1), ("0-3,5\n", 5), ("0-1,4-7", 6), ("", nil), ("\n", nil), ("3-1", nil), ("0-", nil), ("-1", nil),
      ("0,,1", nil), ("a", nil), ("0-99999999999999999999", nil), ("0-1-2", nil), ("0-65535", 65536),
    ] as [(String, Int?)])
  func processors(list: String, count: Int?) { #expect(MachineResources.count(list) == count) }

  @Test(
    "MemTotal",
    arguments: [
      ("MemTotal:        8040232 kB\nMemFree: 1 kB\n", 8_040_232), ("MemFree: 1 kB\nMemTotal: 2 kB", 2), ("", nil),
      ("MemTotal: kB", nil), ("MemTotal: 12", nil), ("MemTotal: -1 kB", nil), ("MemTotal: 0 kB", nil),
      ("XMemTotal: 1 kB", nil), ("MemTotal: 99999999999999999999 kB", nil), ("MemTotal: 1 MB", nil),
    ] as [(String, Int?)])
  func memory(text: String, total: Int?) { #expect(MachineResources.memoryTotal(text) == total) }

  /// 1700 MiB are 1740800 kB, 1536 MiB are 1572864 kB; kubeadm divides and rounds down.
  @Test(
    "the limits of a control plane and a worker",
    arguments: [
      ([.controlPlane], "0-1", 1_740_800, .ok), ([.controlPlane], "0-1", 1_740_799, .warning),
      ([.controlPlane], "0", 4_000_000, .failing), ([.controlPlane], "0", 1_000_000, .failing),
      ([.worker], "0", 1_572_864, .ok), ([.worker], "0", 1_572_863, .warning),
      ([.candidate], "0", 1_572_864, .ok), ([.candidate], "0", 1_572_863, .warning),
      ([.worker, .storage], "0", 1_572_863, .warning), ([.controlPlane, .loadBalancer], "3", 4_000_000, .failing),
    ] as [(Set<Role>, String, Int, CheckState)])
  func limits(roles: Set<Role>, processors: String, memory: Int, state: CheckState) async throws {
    let verdict = try await MachineHost.verdict(
      "machine.resources", MachineHost.bare,
      ["/proc/meminfo": "MemTotal: \(memory) kB\n", "/sys/devices/system/cpu/online": processors], roles: roles)
    #expect(verdict.state == state)
    #expect(
      verdict.evidence == [
        Evidence("/sys/devices/system/cpu/online", "processors=\(processors == "0-1" ? 2 : 1)"),
        Evidence("/proc/meminfo", "MemTotal=\(memory) kB"),
      ])
  }

  @Test("what is too small is said in kubeadm's numbers")
  func words() async throws {
    let changes = ["/proc/meminfo": "MemTotal: 1048576 kB\n", "/sys/devices/system/cpu/online": "0"]
    let small = try await MachineHost.verdict("machine.resources", MachineHost.master, changes)
    #expect(
      small.summary
        == "1 processor: a control plane needs 2, and kubeadm refuses less; "
        + "1024 MiB of memory: a control plane needs 1700, and kubeadm refuses less")
    let worker = try await MachineHost.verdict("machine.resources", MachineHost.worker, changes)
    #expect(worker.summary == "1024 MiB of memory: little is left for pods on a worker with less than 1536")
    #expect(
      try await MachineHost.verdict("machine.resources", MachineHost.master).summary
        == "2 processors; 2927 MiB of memory")
  }

  @Test("a machine about to join is judged as a worker and told what a control plane needs")
  func candidate() async throws {
    let both = try await MachineHost.verdict(
      "machine.resources", MachineHost.bare, ["/proc/meminfo": "MemTotal: 1600000 kB\n"])
    #expect(both.state == .ok)
    #expect(both.summary.hasSuffix("enough for a worker, a control plane needs 2 processors and 1700 MiB"))
    let enough = try await MachineHost.verdict(
      "machine.resources", MachineHost.bare, ["/sys/devices/system/cpu/online": "0-3"])
    #expect(enough.summary == "4 processors; 1982 MiB of memory")
    let worker = try await MachineHost.verdict("machine.resources", MachineHost.worker)
    #expect(worker.summary == "1 processor; 1982 MiB of memory")
  }

  @Test("what cannot be read is unknown, and does not hide what is broken")
  func unseen() async throws {
    let memory = try await MachineHost.verdict(
      "machine.resources", MachineHost.master, forbidden: ["/proc/meminfo"])
    #expect(memory.state == .unknown)
    #expect(memory.summary == "/proc/meminfo: permission denied")
    let none = try await MachineHost.verdict(
      "machine.resources", MachineHost.master, ["/sys/devices/system/cpu/online": nil])
    #expect(none.state == .unknown)
    #expect(none.summary == "/sys/devices/system/cpu/online: not there, or without the number")
    let failing = try await MachineHost.verdict(
      "machine.resources", MachineHost.master, ["/sys/devices/system/cpu/online": "0"], forbidden: ["/proc/meminfo"])
    #expect(failing.state == .failing)
  }

  @Test("where no kubelet belongs, everything is skipped")
  func skipped() async throws {
    for roles in [[Role.storage], [.loadBalancer], [.storage, .loadBalancer]] {
      let verdicts = try await MachineHost.verdicts(MachineHost.bare, roles: Set(roles))
      #expect(verdicts.count == 4)
      #expect(verdicts.allSatisfy { $0.state == .skipped && $0.summary.contains("no kubelet runs") })
    }
  }

  @Test("an empty and a forbidden host are unknown or skipped, never well or broken")
  func nothingToSee() async throws {
    for roles in [[Role.controlPlane], [.worker], [.candidate]] {
      let empty = try await MachineHost.verdicts([:], roles: Set(roles))
      #expect(empty.allSatisfy { $0.state == .unknown || $0.state == .skipped }, "\(empty)")
      let forbidden = try await MachineHost.verdicts([:], forbidden: ["/"], roles: Set(roles))
      #expect(forbidden.allSatisfy { $0.state == .unknown }, "\(forbidden)")
    }
  }
}
