import AgentCore
import AgentHost
import AgentKnowledge
import AgentText

/// Looks for hosts that use addresses of the pools: one question for each address, never two in a second.
///
/// The daemon asks for one address in a round, so that a search adds little to what all nodes ask in a minute.
final class PoolSearch: Sendable {
  /// Between the beginnings of two searches of the daemon.
  static let period = Duration.seconds(6 * 3600)
  /// So long an address that somebody answered for is left alone between two searches.
  static let recheck = Duration.seconds(600)

  /// How far the search is.
  struct Findings: Sendable, Equatable {
    var plan: PoolPlan
    /// Who answered for each address that was asked for.
    var answers: [IPAddress: [HardwareAddress]] = [:]
    /// Why an address could not be asked for.
    var problem: ProbeOutcome?
    /// Whether it goes on in later rounds.
    var goesOn: Bool

    /// Whether every address was asked for.
    var isComplete: Bool { answers.count == plan.addresses.count }
  }

  private struct Answer {
    var hardware: [HardwareAddress]
    var time: HostTime
  }

  private struct State {
    var queue: [IPAddress] = []
    var answers: [IPAddress: Answer] = [:]
    var problem: ProbeOutcome?
    var begin: HostTime?
    var allowance: QuestionAllowance
  }

  private let network: any HostNetwork
  private let shift: @Sendable () -> Double
  private let state: Guarded<State>

  /// - Parameters:
  ///   - interval: the time between two rounds.
  ///   - shift: by which part searches begin earlier or later, so that nodes never search at the same time; between -1
  ///     and 1.
  init(
    _ network: any HostNetwork, interval: Duration,
    shift: @escaping @Sendable () -> Double = { .random(in: -1...1) }
  ) {
    self.network = network
    self.shift = shift
    state = Guarded(State(allowance: QuestionAllowance(period: interval / 2, reserve: 1)))
  }

  /// Asks for as many addresses as there is time for, one after the other.
  ///
  /// - Parameter limit: how long it may take.
  func all(_ plan: PoolPlan, within limit: Duration, at time: HostTime) async -> Findings {
    // A question takes its window of one second and a little of the loop.
    let count = Int((limit.inSeconds - 0.5) / 1.05)
    for address in plan.addresses.keys.sorted().prefix(max(0, count)) {
      guard await ask(address, plan, at: time) else { break }
    }
    return findings(plan, goesOn: false)
  }

  /// Goes one address further, when it is time.
  func step(_ plan: PoolPlan, at time: HostTime) async -> Findings {
    if let address = next(plan, at: time), await !ask(address, plan, at: time) {
      state.withLock { $0.queue.insert(address, at: 0) }
    }
    return findings(plan, goesOn: true)
  }

  /// - Returns: whether the next address may be asked for.
  private func ask(_ address: IPAddress, _ plan: PoolPlan, at time: HostTime) async -> Bool {
    let outcome = await network.claimants(of: address, on: plan.addresses[address], insists: false)
    return state.withLock { state in
      switch outcome {
      case .answered(let answers):
        state.answers[address] = Answer(hardware: answers.claimants.map(\.hardwareAddress), time: time)
        state.problem = nil
        return true
      // It belongs to the node that has just announced it.
      case .moving: return true
      case .denied, .notApplicable, .behindGateway, .failed, .notRecorded:
        state.problem = outcome
        return false
      }
    }
  }

  private func next(_ plan: PoolPlan, at time: HostTime) -> IPAddress? {
    state.withLock { state in
      let begin = state.begin ?? time.advanced(by: Self.period * ((1 + shift()) / 2))
      state.begin = begin
      if time.elapsed(since: begin) >= .zero {
        state.begin = time.advanced(by: Self.period * (1 + shift() / 2))
        state.queue = plan.addresses.keys.sorted()
      }
      state.queue.removeAll { plan.addresses[$0] == nil }
      guard let address = state.queue.first ?? oldest(in: state.answers, plan, at: time),
        state.allowance.take(at: time)
      else { return nil }
      if !state.queue.isEmpty { state.queue.removeFirst() }
      return address
    }
  }

  /// The finding that is to be looked at again.
  private func oldest(in answers: [IPAddress: Answer], _ plan: PoolPlan, at time: HostTime) -> IPAddress? {
    answers.filter { address, answer in
      !answer.hardware.isEmpty && plan.addresses[address] != nil && time.elapsed(since: answer.time) >= Self.recheck
    }
    .min { ($0.value.time.bootNanoseconds, $0.key) < ($1.value.time.bootNanoseconds, $1.key) }?.key
  }

  private func findings(_ plan: PoolPlan, goesOn: Bool) -> Findings {
    state.withLock { state in
      state.answers = state.answers.filter { plan.addresses[$0.key] != nil }
      return Findings(
        plan: plan, answers: state.answers.mapValues(\.hardware), problem: state.problem, goesOn: goesOn)
    }
  }
}

/// Which addresses of the pools are searched, and which are not.
struct PoolPlan: Sendable, Equatable {
  /// The most addresses of a pool that is searched.
  static let most = 64

  /// The addresses to ask for, each with its interface.
  var addresses: [IPAddress: String] = [:]
  /// Why pools, or parts of them, are left out.
  var leftOut: Set<String> = []

  /// Leaves out what is in use or belongs to API servers, which other checks watch, and what this node holds itself.
  init(_ settings: ServiceAddressSettings, taken: Set<IPAddress>, in table: NetworkTable) {
    let taken = taken.union(settings.watched)
    for pool in settings.pools {
      guard pool.count <= Self.most else {
        leftOut.insert("\(pool) has more than \(Self.most) addresses")
        continue
      }
      for address in pool.addresses
      where !taken.contains(address) && table.answeringHoldings(of: address).isEmpty {
        add(address, of: pool, in: table)
      }
    }
  }

  /// Wi-Fi sends broadcasts slowly, to all its stations, and wakes them.
  private mutating func add(_ address: IPAddress, of pool: AddressRange, in table: NetworkTable) {
    guard let link = table.linkForAsking(address) else {
      leftOut.insert("\(pool) is on no link that this node can ask on")
      return
    }
    guard !link.isWireless else {
      leftOut.insert("\(pool) is on \(link.name), which is Wi-Fi")
      return
    }
    addresses[address] = link.name
  }
}
