import AgentCore
import AgentTesting
import Testing

@testable import NodeAgent

@Suite struct PluginRunnerTests {
  private static let interval = Duration.seconds(300)

  /// Plays a plugin in an engine whose clock the test moves.
  private func play(
    rhythm: RoundInterval = .every(interval), check: CheckDefinition = FakePlugin.check,
    _ body: @Sendable @escaping (FakePlugin, ManualClock, NodeState) async throws -> Void
  ) async throws {
    try await withLoop { loop in
      let (plugin, clock) = (FakePlugin(), ManualClock())
      let active = [ActivePlugin.fake(plugin, rhythm: rhythm, check: check, deadline: .seconds(7))]
      let state = NodeState(active: active, started: clock.now())
      let engine = Engine(loop: loop, clock: clock, active: active, state: state, shift: { 0 })
      let running = Task(executorPreference: loop) { await engine.run() }
      try await body(plugin, clock, state)
      running.cancel()
      await running.value
    }
  }

  @Test func looksAtOnceAndThenAtTheInterval() async throws {
    try await play { plugin, clock, state in
      await plugin.answer(.success(.ok))
      await clock.sleeper(for: Self.interval)
      #expect(state.verdictStates == [.ok])
      clock.advance(by: Self.interval)
      await plugin.answer(.success(.failing))
      await clock.sleeper(for: Self.interval)
      #expect(state.verdictStates == [.failing])
      #expect(plugin.looks == 2)
    }
  }

  @Test func aChangeThatOneLookDoesNotProveIsLookedAtAgainSoon() async throws {
    var check = FakePlugin.check
    check.timing = .probe
    try await play(rhythm: .probing(every: Self.interval), check: check) { plugin, clock, state in
      await plugin.answer(.success(.ok))
      await clock.sleeper(for: Self.interval)
      clock.advance(by: Self.interval)
      await plugin.answer(.success(.failing))
      await clock.sleeper(for: .seconds(5))
      #expect(state.verdictStates == [.ok])
      clock.advance(by: .seconds(5))
      await plugin.answer(.success(.failing))
      await clock.sleeper(for: Self.interval)
      #expect(state.verdictStates == [.failing])
    }
  }

  @Test func aTriggerIsServedAtOnceAndOneDuringARoundByAFurtherRound() async throws {
    try await play { plugin, clock, _ in
      await plugin.answer(.success(.ok))
      await clock.sleeper(for: Self.interval)
      clock.advance(by: .seconds(1))
      plugin.trigger()
      await plugin.looking()
      plugin.trigger()
      await plugin.answer(.success(.ok))
      await plugin.answer(.success(.ok))
      await clock.sleeper(for: Self.interval)
      #expect(plugin.looks == 3)
    }
  }

  @Test func triggersThatKeepComingFoldIntoTenRoundsASecond() async throws {
    try await play { plugin, clock, _ in
      for _ in 0..<RoundSchedule.burst {
        await plugin.looking()
        plugin.trigger()
        plugin.trigger()
        await plugin.answer(.success(.ok))
      }
      await clock.sleeper(for: RoundSchedule.fold)
      clock.advance(by: RoundSchedule.fold)
      await plugin.answer(.success(.ok))
      await clock.sleeper(for: Self.interval)
      #expect(plugin.looks == RoundSchedule.burst + 1)
    }
  }

  @Test func aLookThatFailsMakesItsChecksUnknownAndIsTriedAgainAfterAGrowingPause() async throws {
    try await play { plugin, clock, state in
      await plugin.answer(.failure(FakePlugin.Refused()))
      await clock.sleeper(for: .seconds(1))
      #expect(state.verdictStates == [.unknown])
      #expect(state.snapshot().plugins[0].state?.last.tracks.first?.verdict.summary == "refused")
      clock.advance(by: .seconds(1))
      await plugin.answer(.failure(FakePlugin.Refused()))
      await clock.sleeper(for: .seconds(2))
      #expect(state.snapshot().plugins[0].state?.failures == 2)
      clock.advance(by: .seconds(2))
      await plugin.answer(.success(.ok))
      await clock.sleeper(for: Self.interval)
      #expect(state.verdictStates == [.ok])
    }
  }

  @Test func whatAPluginRemembersOutlivesALookThatFails() async throws {
    try await play { plugin, clock, state in
      let moves = { state.snapshot().plugins[0].state?.last.moves }
      await plugin.answer(.success(.ok))
      await clock.sleeper(for: Self.interval)
      #expect(moves() == [FakePlugin.move])
      clock.advance(by: Self.interval)
      await plugin.answer(.failure(FakePlugin.Refused()))
      await clock.sleeper(for: .seconds(1))
      #expect(state.verdictStates == [.unknown] && moves() == [FakePlugin.move])
      clock.advance(by: .seconds(1))
      await plugin.answer(.success(.warning))
      await clock.sleeper(for: Self.interval)
      #expect(moves() == [])
    }
  }

  @Test func aLookThatHangsIsUnknownAtItsDeadlineAndIsNotStartedTwice() async throws {
    try await play { plugin, clock, state in
      await plugin.looking()
      await clock.sleeper(for: .seconds(7))
      clock.advance(by: .seconds(7))
      while state.snapshot().plugins[0].state == nil { await Task.yield() }
      #expect(state.verdictStates == [.unknown])
      plugin.trigger()
      clock.advance(by: .seconds(1000))
      #expect(plugin.looks == 1)
      await plugin.answer(.success(.ok))
      await plugin.answer(.success(.ok))
      await clock.sleeper(for: Self.interval)
      #expect(state.verdictStates == [.ok])
    }
  }

  @Test func oneHangingPluginDoesNotHoldUpAnother() async throws {
    try await withLoop { loop in
      let (hanging, healthy, clock) = (FakePlugin(), FakePlugin(), ManualClock())
      let active = [
        ActivePlugin.fake(hanging, name: "a", rhythm: .every(.seconds(10)), deadline: .seconds(2)),
        ActivePlugin.fake(healthy, name: "b", rhythm: .every(.seconds(10)), deadline: .seconds(2)),
      ]
      let state = NodeState(active: active, started: clock.now())
      let once = Task(executorPreference: loop) {
        await Engine(loop: loop, clock: clock, active: active, state: state).observeOnce(timeout: .seconds(1))
      }
      await hanging.looking()
      await healthy.answer(.success(.ok))
      await clock.sleepers { $0 == [.seconds(1)] }
      clock.advance(by: .seconds(1))
      await once.value
      #expect(state.verdictStates == [.unknown, .ok])
      await hanging.answer(.success(.ok))
    }
  }
}

extension ActivePlugin {
  static func fake(
    _ plugin: FakePlugin, name: String = "fake", rhythm: RoundInterval, check: CheckDefinition = FakePlugin.check,
    deadline: Duration, switchedOff: [CheckID: String] = [:], basis: [String] = []
  ) -> ActivePlugin {
    let descriptor = PluginDescriptor(
      name: name, area: .prerequisites, summary: "s", checks: [check], rhythm: rhythm,
      deadline: deadline)
    return ActivePlugin(
      descriptor: descriptor, plugin: plugin, interval: rhythm.interval, deadline: deadline, checks: descriptor.checks,
      switchedOff: switchedOff, basis: basis)
  }
}

extension NodeState {
  var verdictStates: [CheckState] {
    snapshot().plugins.flatMap { $0.state?.last.tracks.map(\.verdict.state) ?? [] }
  }
}
