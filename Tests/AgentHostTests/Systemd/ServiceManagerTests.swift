import Testing

@testable import AgentHost

@Suite struct ServiceManagerTests {
  @Test func everyMessageIsALineOfItsOwn() {
    let text = ServiceManager.text([
      .reloading(monotonicMicroseconds: 12), .ready, .status("2 failing: nfs.server"), .stopping, .watchdog,
      .extendTimeout(.seconds(30)), .extendTimeout(.seconds(-1)),
    ])
    #expect(
      text == """
        RELOADING=1
        MONOTONIC_USEC=12
        READY=1
        STATUS=2 failing: nfs.server
        STOPPING=1
        WATCHDOG=1
        EXTEND_TIMEOUT_USEC=30000000
        EXTEND_TIMEOUT_USEC=0
        """)
  }

  @Test(arguments: ["a\nMAINPID=1", "a\r\nb", "a\u{2028}b", "a\u{0}b", String(repeating: "x", count: 100_000)])
  func aStatusIsOneShortLine(status: String) {
    let text = ServiceManager.text([.status(status)])
    #expect(text.hasPrefix("STATUS=") && text.utf8.count < 1000)
    #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control || $0 == "\u{2028}" })
  }

  @Test func aReloadIsStampedByTheClockThatSystemdCompares() throws {
    guard case .reloading(let first) = ServiceManager.Message.reloadingNow,
      case .reloading(let second) = ServiceManager.Message.reloadingNow
    else { throw SystemCallError("clock_gettime", code: 0) }
    #expect(first > 0 && first <= second)
  }
}

@Suite struct JournalTests {
  @Test(arguments: [
    ("8:1234", true), ("8:1235", false), ("9:1234", false), ("", false), ("8", false), ("8:", false),
    ("8:1234:0", false),
    ("x:y", false), ("-8:1234", false), ("8:99999999999999999999", false),
  ]) func theStreamIsTheOneThatTheEnvironmentNames(stream: String, matches: Bool) {
    #expect(Journal.matches(stream, device: 8, inode: 1234) == matches)
  }

  @Test(arguments: [
    ("check", "NODEAGENT_CHECK"), ("request-id", "NODEAGENT_REQUEST_ID"), ("", "NODEAGENT_"),
    ("über=\n", "NODEAGENT___BER__"),
  ]) func fieldsHaveNamesThatJournaldTakes(name: String, field: String) { #expect(Journal.fieldName(name) == field) }

  @Test func aFieldsNameIsNoLongerThanJournaldTakes() {
    #expect(Journal.fieldName(String(repeating: "x", count: 1000)).utf8.count == 64)
  }
}
