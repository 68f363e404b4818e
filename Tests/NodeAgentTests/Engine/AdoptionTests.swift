import AgentCore
import AgentTesting
import Testing

@testable import NodeAgent

/// What becomes of rounds and states when a new configuration comes.
@Suite(.timeLimit(.minutes(5))) struct AdoptionTests {
  private static let interval = Duration.seconds(300)

  private struct Stage: Sendable {
    var engine: Engine
    var clock: ManualClock
    var state: NodeState { engine.state }
    var transitions: [Int] { state.snapshot().plugins[0].state.map { $0.last.transitions.map(\.value) } ?? [] }
  }

  private static func active(
    _ plugin: FakePlugin, basis: String = "", switchedOff: [CheckID: String] = [:], check: CheckDefinition? = nil
  ) -> ActivePlugin {
    .fake(
      plugin, rhythm: .every(interval), check: check ?? FakePlugin.check, deadline: .seconds(7),
      switchedOff: switchedOff,
      basis: [basis])
  }

  /// Starts an engine with one plugin, on the loop's thread.
  private func play(_ first: FakePlugin, _ body: @Sendable @escaping (Stage) async throws -> Void) async throws {
    try await withLoop { loop in
      let clock = ManualClock()
      let active = [Self.active(first)]
      let state = NodeState(active: active, started: clock.now())
      let engine = Engine(loop: loop, clock: clock, active: active, state: state, shift: { 0 })
      let running = Task(executorPreference: loop) { await engine.run() }
      try await body(Stage(engine: engine, clock: clock))
      running.cancel()
      await running.value
    }
  }

  @Test func anUnchangedPluginIsLeftAlone() async throws {
    let plugin = FakePlugin()
    try await play(plugin) { stage in
      await plugin.answer(.success(.failing))
      await stage.clock.sleeper(for: Self.interval)
      let before = stage.state.snapshot().plugins[0].state
      for _ in 0..<100 { stage.engine.adopt([Self.active(plugin)]) }
      #expect(stage.state.snapshot().plugins[0].state == before)
      stage.clock.advance(by: .seconds(1))
      plugin.trigger()
      await plugin.answer(.success(.failing))
      await stage.clock.sleeper(for: Self.interval)
      #expect(plugin.looks == 2)
    }
  }

  @Test func anotherPluginLooksAtOnceAndKnowsSinceWhen() async throws {
    let (old, new) = (FakePlugin(), FakePlugin())
    try await play(old) { stage in
      await old.answer(.success(.ok))
      await stage.clock.sleeper(for: Self.interval)
      stage.clock.advance(by: Self.interval)
      await old.answer(.success(.failing))
      await stage.clock.sleeper(for: Self.interval)
      let since = stage.state.snapshot().plugins[0].state?.last.tracks[0].since
      #expect(since != nil)
      stage.engine.adopt([Self.active(new, basis: "changed")])
      #expect(stage.state.verdictStates == [.failing])
      await new.answer(.success(.failing))
      await stage.clock.sleeper(for: Self.interval)
      #expect(stage.state.snapshot().plugins[0].state?.last.tracks[0].since == since)
      #expect(stage.transitions == [1])
      #expect(old.looks == 2)
    }
  }

  @Test func itIsTriggeredByItsOwnEvents() async throws {
    let (old, new) = (FakePlugin(), FakePlugin())
    try await play(old) { stage in
      await old.answer(.success(.ok))
      await stage.clock.sleeper(for: Self.interval)
      stage.engine.adopt([Self.active(new, basis: "changed")])
      await new.answer(.success(.ok))
      await stage.clock.sleeper(for: Self.interval)
      stage.clock.advance(by: .seconds(1))
      new.trigger()
      await new.answer(.success(.warning))
      await stage.clock.sleeper(for: Self.interval)
      #expect(stage.state.verdictStates == [.warning])
    }
  }

  @Test func whatMovedIsStillToldOfAnotherPlugin() async throws {
    let (old, new) = (FakePlugin(), FakePlugin())
    try await play(old) { stage in
      await old.answer(.success(.ok))
      await stage.clock.sleeper(for: Self.interval)
      stage.engine.adopt([Self.active(new, basis: "changed")])
      await new.answer(.success(.warning))
      await stage.clock.sleeper(for: Self.interval)
      #expect(stage.state.snapshot().plugins[0].state?.last.moves == [FakePlugin.move])
    }
  }

  @Test func aCheckThatIsSwitchedOffIsSkippedAtOnce() async throws {
    let plugin = FakePlugin()
    try await play(plugin) { stage in
      await plugin.answer(.success(.failing))
      await stage.clock.sleeper(for: Self.interval)
      stage.clock.advance(by: .seconds(1))
      stage.engine.adopt([Self.active(plugin, switchedOff: ["fake.check": "f:1"])])
      #expect(stage.state.verdictStates == [.skipped])
      await plugin.answer(.success(.failing))
      await stage.clock.sleeper(for: Self.interval)
      #expect(stage.state.verdictStates == [.skipped] && stage.transitions == [])
      stage.clock.advance(by: .seconds(1))
      stage.engine.adopt([Self.active(plugin)])
      #expect(stage.state.verdictStates == [])
      await plugin.answer(.success(.failing))
      await stage.clock.sleeper(for: Self.interval)
      #expect(stage.state.verdictStates == [.failing])
    }
  }

  @Test func whatAnEarlierConfigurationLookedForIsNotTold() async throws {
    let (old, new) = (FakePlugin(), FakePlugin())
    try await play(old) { stage in
      await old.looking()
      stage.engine.adopt([Self.active(new, basis: "changed")])
      await old.answer(.success(.failing))
      await new.looking()
      #expect(stage.state.verdictStates == [] && !stage.state.isReady)
      await new.answer(.success(.ok))
      await stage.clock.sleeper(for: Self.interval)
      #expect(stage.state.verdictStates == [.ok])
    }
  }

  @Test func aLookThatHangsIsNotJoinedByAnother() async throws {
    let (old, new) = (FakePlugin(), FakePlugin())
    try await play(old) { stage in
      await old.looking()
      await stage.clock.sleeper(for: .seconds(7))
      stage.clock.advance(by: .seconds(7))
      while stage.state.snapshot().plugins[0].state == nil { await Task.yield() }
      for number in 0..<100 { stage.engine.adopt([Self.active(new, basis: "\(number)")]) }
      for _ in 0..<100 { await Task.yield() }
      #expect(new.looks == 0 && stage.state.verdictStates == [.unknown])
      await old.answer(.success(.ok))
      await new.answer(.success(.ok))
      await stage.clock.sleeper(for: Self.interval)
      #expect(stage.state.verdictStates == [.ok])
    }
  }

  @Test func anotherHoldIsHeldAgainstTheNextLook() async throws {
    var patient = FakePlugin.check
    patient.timing = .probe
    let (plugin, check) = (FakePlugin(), patient)
    try await play(plugin) { stage in
      await plugin.answer(.success(.ok))
      await stage.clock.sleeper(for: Self.interval)
      stage.clock.advance(by: .seconds(1))
      stage.engine.adopt([Self.active(plugin, check: check)])
      await plugin.answer(.success(.failing))
      await stage.clock.sleeper(for: Self.interval)
      #expect(stage.state.verdictStates == [.ok])
    }
  }

  @Test func theReadingOfTheConfigurationIsAMetric() throws {
    let state = NodeState(active: [], started: ManualClock().now())
    func page() -> String {
      String(
        decoding: state.page {
          PrometheusText.render(AgentMetrics.families($0, agent: .current, roles: []))
        }, as: UTF8.self)
    }
    #expect(!page().contains("nodeagent_config"))
    let time = HostTime(wallNanoseconds: 1_500_000_000, bootNanoseconds: 0)
    state.configuration = ConfigurationStatus(isCurrent: true, loadedAt: time)
    #expect(page().contains("\nnodeagent_config_last_reload_successful 1\n"))
    #expect(page().contains("\nnodeagent_config_last_reload_success_timestamp_seconds 1.5\n"))
    state.configuration = ConfigurationStatus(isCurrent: false, loadedAt: time)
    #expect(page().contains("\nnodeagent_config_last_reload_successful 0\n"))
    #expect(page().contains("\nnodeagent_config_last_reload_success_timestamp_seconds 1.5\n"))
  }
}
