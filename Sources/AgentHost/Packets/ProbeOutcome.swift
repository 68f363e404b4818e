package import AgentText

/// Who claims an address on the wire.
package enum ProbeOutcome: Sendable, Equatable {
  /// The question was asked; nobody, one or several answered.
  case answered(ProbeAnswers)
  /// The agent lacks a capability (capabilities(7)), named here.
  case denied(String)
  /// There is nothing to ask, with the reason: `eth0 is down`.
  case notApplicable(String)
  /// No interface of this host shares a link with the address: routers do not pass the question on.
  case behindGateway
  /// The address moved less than two seconds ago; its new holder may still be looking for duplicates (IPv6).
  case moving
  /// A system call failed, or the tables could not be read; the reason.
  case failed(String)
  /// A recorded host that did not ask for this address.
  case notRecorded
}

/// The answers to one question.
package struct ProbeAnswers: Sendable, Equatable {
  /// One hardware address that answered.
  package struct Claimant: Sendable, Hashable {
    /// The hardware address.
    package var hardwareAddress: HardwareAddress
    /// How often it answered.
    package var answers: Int

    /// Makes a claimant.
    package init(hardwareAddress: HardwareAddress, answers: Int) {
      self.hardwareAddress = hardwareAddress
      self.answers = answers
    }
  }

  /// At most this many hardware addresses are told apart.
  package static let most = 16

  /// The hardware addresses other than this host's own, sorted; at most ``most``.
  package var claimants: [Claimant]
  /// Whether there were more of them than that.
  package var isCutShort: Bool
  /// How often it was asked.
  package var questions: Int
  /// The interface; nil on a recorded host.
  package var interface: String?

  /// Makes answers.
  package init(claimants: [Claimant], isCutShort: Bool = false, questions: Int = 1, interface: String? = nil) {
    self.claimants = claimants
    self.isCutShort = isCutShort
    self.questions = questions
    self.interface = interface
  }

  /// The claimants that may stand for more than one host: VRRP's virtual hardware address, or more answers than
  /// questions.
  ///
  /// The kernel's own question for the same address at the same moment gives such a second answer too, so one round
  /// alone proves nothing.
  package var ambiguous: [Claimant] {
    claimants.filter { $0.hardwareAddress.isVirtualRouter || $0.answers > questions }
  }
}

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
