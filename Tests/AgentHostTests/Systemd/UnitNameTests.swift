import Testing

@testable import AgentHost
@testable import AgentText

@Suite struct UnitNameTests {
  @Test(arguments: [
    "crio.service", "tunnel@home.service", "a:b-c_d.e\\x2d.timer", "mnt-server.mount", "foo.bar.service",
  ]) func namesOfUnitsAreTaken(_ text: String) throws {
    #expect(try UnitName(settingsScalar: text).description == text)
  }

  @Test(arguments: [
    "crio", "crio.srv", ".service", "tunnel@.service", "@x.service", "a b.service", "a/b.service", "é.service",
    String(repeating: "x", count: 250) + ".service", "",
  ]) func otherNamesAreRefusedWithWhatIsAllowed(_ text: String) {
    #expect(throws: SettingsScalarError.self) { try UnitName(settingsScalar: text) }
  }
}

@Suite struct RestartCounterTests {
  private func status(_ invocation: String?, automatic: UInt64 = 0) -> UnitStatus {
    UnitStatus(invocation: invocation, service: .init(restarts: automatic))
  }

  private func count(_ steps: [Step]) -> RestartCounter {
    var counter = RestartCounter()
    for step in steps {
      switch step {
      case .read(let invocation, let automatic): counter.read(status(invocation, automatic: automatic))
      case .signal(let invocation): counter.signalled(invocation)
      }
    }
    return counter
  }

  enum Step: Sendable {
    case read(String?, UInt64)
    case signal(String)
  }

  @Test(
    arguments: [
      ([.read("a", 0)], 0, 0), ([.read("a", 5)], 5, 5), ([.read("a", 0), .read("b", 0)], 1, 0),
      ([.read("a", 0), .read("b", 1)], 1, 1), ([.read("a", 0), .read("d", 3)], 3, 3),
      ([.read("a", 0), .signal("b"), .signal("c"), .read("c", 0)], 2, 0),
      ([.read("a", 0), .signal("b"), .signal("b"), .read("b", 1)], 1, 1),
      // by hand in between: systemd's count starts at 0 again
      ([.read("a", 5), .read("b", 0), .read("c", 1)], 7, 6), ([.read("a", 5), .signal("b"), .read("c", 1)], 7, 6),
      // an answer that is older than the signals before it
      ([.read("a", 0), .signal("b"), .signal("c"), .read("b", 0), .signal("c"), .read("c", 0)], 2, 0),
      // systemd's count comes before the new invocation, or after it
      ([.read("a", 0), .read("a", 1), .signal("b"), .read("b", 1)], 1, 1),
      ([.read("a", 0), .signal("b"), .read("b", 0), .read("b", 1)], 1, 1),
      ([.signal("x"), .read("a", 0)], 0, 0), ([.read(nil, 0), .read("a", 0), .read("b", 0)], 1, 0),
    ] as [([Step], UInt64, UInt64)]) func restartsAreCountedOnce(steps: [Step], all: UInt64, automatic: UInt64)
  {
    let counter = count(steps)
    #expect(counter.restarts == all && counter.automatic == automatic, "\(counter)")
  }
}
