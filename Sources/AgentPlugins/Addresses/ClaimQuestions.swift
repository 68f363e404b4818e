import AgentCore
import AgentHost
import AgentKnowledge
import AgentText

/// Asks links who has an address, as seldom as is enough, and beside the looks: answers take a second, and what the
/// kernel tells of this host must not wait for them.
final class ClaimQuestions: Sendable {
  private struct State {
    var memory: ClaimMemory
    var sights: [IPAddress: ClaimSample] = [:]
    var flights: [IPAddress: Task<ClaimSample, Never>] = [:]

    /// The last sight, which is new once.
    mutating func take(_ address: IPAddress) -> ClaimSample? {
      defer { sights[address]?.isNew = false }
      return sights[address]
    }
  }

  private enum Step {
    case known(ClaimSample)
    case waiting(Task<ClaimSample, Never>)
    case asking
  }

  /// Times that a question is asked anew because the address came or went on this host meanwhile.
  private static let patience = 3

  private let network: any HostNetwork
  private let isLasting: Bool
  private let state: Guarded<State>
  private let news: AsyncStream<Trigger>.Continuation
  /// A trigger whenever a question has ended.
  let answers: AsyncStream<Trigger>

  /// - Parameters:
  ///   - interval: the time between two looks by the timer.
  ///   - isLasting: whether more looks follow, so that one may do with the last answer; else each waits for its own.
  init(_ network: any HostNetwork, interval: Duration, isLasting: Bool) {
    self.network = network
    self.isLasting = isLasting
    state = Guarded(State(memory: ClaimMemory(interval: interval)))
    (answers, news) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// The last answer for an address; asks anew where that is due, and waits for the answer only where there is none yet.
  /// ``settle(_:_:)`` is to follow.
  ///
  /// - Parameter connect: tried where nobody answers.
  func sight(
    of address: IPAddress, at time: HostTime,
    ifSilent connect: @escaping @Sendable () async -> AddressConnection? = { nil }
  ) async -> ClaimSample {
    let signs = await signs(of: address)
    switch state.withLock({ step(&$0, address, signs, at: time, connect) }) {
    case .known(let sight): return sight
    case .waiting(let flight): return taken(await flight.value, of: address)
    case .asking: return taken(await fly(address, signs, at: time, connect), of: address)
    }
  }

  private func taken(_ sight: ClaimSample, of address: IPAddress) -> ClaimSample {
    state.withLock { $0.take(address) } ?? sight
  }

  private func step(
    _ state: inout State, _ address: IPAddress, _ signs: ClaimMemory.Signs, at time: HostTime,
    _ connect: @escaping @Sendable () async -> AddressConnection?
  ) -> Step {
    let known = state.take(address)
    // Who is just told an answer has no reason to ask again, unless something happened since.
    if let known, known.isNew, known.signs == signs { return .known(known) }
    if let known, state.flights[address] == nil, state.memory.answer(for: address, signs: signs, at: time) != nil {
      return .known(known)
    }
    let begin = { self.network.beside { await self.fly(address, signs, at: time, connect) } }
    guard let flight = state.flights[address] ?? begin() else { return .asking }
    state.flights[address] = flight
    guard let known, isLasting else { return .waiting(flight) }
    return .known(known)
  }

  /// This host's own tables for an address that is not to be asked for.
  func unasked(_ address: IPAddress, at time: HostTime, _ reason: String) async -> ClaimSample {
    let table: Result<NetworkTable, NetworkError>
    do throws(NetworkError) { table = .success(try await network.table()) } catch { table = .failure(error) }
    return ClaimSample(
      outcome: .notApplicable(reason), table: table, counters: await network.counters(),
      heard: await network.heard(address), begin: time, signs: await signs(of: address))
  }

  /// Says what came of an answer: one that a finding rests on is asked for again at the next look.
  func settle(_ address: IPAddress, _ verdict: CheckState) {
    state.withLock { $0.memory.settle(address, isFinding: verdict == .failing || verdict == .warning) }
  }

  private func fly(
    _ address: IPAddress, _ before: ClaimMemory.Signs, at time: HostTime,
    _ connect: @Sendable () async -> AddressConnection?
  ) async -> ClaimSample {
    var signs = before
    var sight = await ask(address, signs, at: time)
    for _ in 1..<Self.patience where sight.counters.events(of: address) != signs.events {
      signs = await self.signs(of: address)
      sight = await ask(address, signs, at: sight.counters.time ?? time)
    }
    if sight.isSilent(for: address) { sight.connection = await connect() }
    let found = sight
    state.withLock { state in
      state.memory.keep(found.outcome, for: address, signs: found.signs, at: time)
      state.sights[address] = found
      state.flights[address] = nil
    }
    news.yield(Trigger())
    return found
  }

  private func ask(_ address: IPAddress, _ signs: ClaimMemory.Signs, at time: HostTime) async -> ClaimSample {
    let outcome = await network.claimants(of: address)
    let table: Result<NetworkTable, NetworkError>
    do throws(NetworkError) { table = .success(try await network.table()) } catch { table = .failure(error) }
    return ClaimSample(
      outcome: outcome, table: table, counters: await network.counters(), heard: await network.heard(address),
      begin: time, signs: signs)
  }

  private func signs(of address: IPAddress) async -> ClaimMemory.Signs {
    ClaimMemory.Signs(
      announcement: await network.heard(address).announcement,
      events: await network.counters().events(of: address))
  }
}

extension ClaimSample {
  fileprivate func isSilent(for address: IPAddress) -> Bool {
    guard case .answered(let answers) = outcome, answers.claimants.isEmpty else { return false }
    return (try? table.get())?.answeringHoldings(of: address).isEmpty == true
  }
}

extension NetworkCounters {
  /// How often an address came to this host and went.
  fileprivate func events(of address: IPAddress) -> Int {
    addressEvents.filter { $0.key.address == address }.values.reduce(0, +)
  }
}

/// How often the link may be asked: once in a period, and some times more for periods that passed without a question.
struct QuestionAllowance: Sendable {
  private let period: Duration
  private let reserve: Int
  /// The moment until which the questions of the past fill their periods.
  private var spent: HostTime?

  /// - Parameter reserve: the most questions at one moment; at least one.
  init(period: Duration, reserve: Int) {
    self.period = period
    self.reserve = reserve
  }

  /// Takes one question; false when there is none left.
  mutating func take(at time: HostTime) -> Bool {
    let begin = spent.flatMap { $0.elapsed(since: time) > .zero ? $0 : nil } ?? time
    let end = begin.advanced(by: period)
    guard end.elapsed(since: time) <= period * reserve else { return false }
    spent = end
    return true
  }
}

extension RoundInterval {
  /// How often a node asks who has an address. Those that need the answer first ask twice as often, and so sixteen nodes
  /// with three addresses stay below one broadcast a second.
  static let addresses = RoundInterval.probing(
    every: .seconds(60), except: [.controlPlane: .seconds(30), .loadBalancer: .seconds(30)])
}
