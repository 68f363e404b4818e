import AgentCore
import AgentHost

/// What kubeadm asks of a machine: 2 processors and 1700 "MB" on a control plane, counted as MiB
/// (cmd/kubeadm/app/preflight/checks_linux.go: `Totalram * Unit / 1024 / 1024 < 1700`; NumCPUCheck).
struct MachineResourcesJudge {
  static let check: CheckID = "machine.resources"
  static let controlPlaneMemory = 1700
  static let workerMemory = 1536
  static let controlPlaneProcessors = 2

  let observation: MachineObservation

  var verdict: Verdict {
    var verdict = MachineFinding.verdict(Self.check, [processors, memory], evidence: evidence)
    if observation.isCandidate, verdict.state == .ok, let missing {
      verdict.summary += "; enough for a worker, a control plane needs \(missing)"
    }
    return verdict
  }

  private var needed: Int { observation.isControlPlane ? Self.controlPlaneMemory : Self.workerMemory }

  private var processors: MachineFinding {
    guard let count = observation.resources.processors.value else {
      return unseen(observation.resources.processors, MachineResources.processorPath)
    }
    let found = count == 1 ? "1 processor" : "\(count) processors"
    guard observation.isControlPlane, count < Self.controlPlaneProcessors else { return MachineFinding(.ok, found) }
    return MachineFinding(
      .failing, "\(found): a control plane needs \(Self.controlPlaneProcessors), and kubeadm refuses less")
  }

  private var memory: MachineFinding {
    guard let total = observation.resources.memory.value else {
      return unseen(observation.resources.memory, MachineResources.memoryPath)
    }
    let found = "\(total / 1024) MiB of memory"
    guard total / 1024 < needed else { return MachineFinding(.ok, found) }
    return MachineFinding(
      .warning,
      observation.isControlPlane
        ? "\(found): a control plane needs \(needed), and kubeadm refuses less"
        : "\(found): little is left for pods on a worker with less than \(needed)")
  }

  /// What a control plane would need more.
  private var missing: String? {
    let memory = observation.resources.memory.value.map { $0 / 1024 < Self.controlPlaneMemory } ?? false
    let processors = observation.resources.processors.value.map { $0 < Self.controlPlaneProcessors } ?? false
    let words = [
      processors ? "\(Self.controlPlaneProcessors) processors" : nil, memory ? "\(Self.controlPlaneMemory) MiB" : nil,
    ].compactMap { $0 }
    return words.isEmpty ? nil : words.joined(separator: " and ")
  }

  private func unseen(_ fact: Fact<Int>, _ path: String) -> MachineFinding {
    MachineFinding(.unknown, fact.error.map { "\($0)" } ?? "\(path): not there, or without the number")
  }

  private var evidence: [Evidence] {
    var evidence: [Evidence] = []
    if let count = observation.resources.processors.value {
      evidence.append(Evidence(MachineResources.processorPath, "processors=\(count)"))
    }
    if let total = observation.resources.memory.value {
      evidence.append(Evidence(MachineResources.memoryPath, "MemTotal=\(total) kB"))
    }
    return evidence
  }
}
