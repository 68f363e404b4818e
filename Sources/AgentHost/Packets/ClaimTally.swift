import AgentText

/// Counts who answers for one address; the memory is bounded, whatever comes.
struct ClaimTally {
  private(set) var answers: [HardwareAddress: Int] = [:]
  private(set) var isCutShort = false
  /// This host's own hardware addresses: its own answers come back over a second port or a loop.
  let ignored: Set<HardwareAddress>

  init(ignoring ignored: Set<HardwareAddress>) { self.ignored = ignored }

  mutating func count(_ hardwareAddress: HardwareAddress) {
    guard !ignored.contains(hardwareAddress) else { return }
    guard answers[hardwareAddress] != nil || answers.count < ProbeAnswers.most else { return isCutShort = true }
    answers[hardwareAddress, default: 0] += 1
  }

  var claimants: [ProbeAnswers.Claimant] {
    answers.sorted { $0.key < $1.key }.map { ProbeAnswers.Claimant(hardwareAddress: $0.key, answers: $0.value) }
  }
}
