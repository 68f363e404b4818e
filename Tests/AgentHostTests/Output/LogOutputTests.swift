import AgentTesting
import CLinux
import Glibc
import Testing

@testable import AgentHost

@Suite(.timeLimit(.minutes(5))) struct LogOutputTests {
  private static func line(_ number: Int) -> [UInt8] {
    Array("\(number) \(String(repeating: "x", count: 1000))\n".utf8)
  }

  /// Reads what is there, without waiting for more.
  private static func read(_ descriptor: CInt) -> String {
    var (all, buffer): ([UInt8], [UInt8]) = ([], [UInt8](repeating: 0, count: 64 << 10))
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return String(decoding: all, as: UTF8.self) }
      all += buffer.prefix(count)
    }
  }

  private static func ends(isSocket: Bool) -> (reading: CInt, writing: CInt) {
    var ends: [CInt] = [0, 0]
    if isSocket { _ = socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) } else { _ = pipe(&ends) }
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    return (ends[0], ends[1])
  }

  @Test(arguments: [false, true]) func nobodyWhoReadsHoldsNothingUpAndTheGapIsTold(isSocket: Bool) async throws {
    try await withLoop { loop in
      let (reading, writing) = Self.ends(isSocket: isSocket)
      defer {
        close(reading)
        close(writing)
      }
      let output = LogOutput(loop: loop, standardError: writing, isJournal: false)
      #expect(output.kind == .stream)
      for number in 1...1000 { output.write(Self.line(number)) { Array("missing \($0)\n".utf8) } }
      #expect(output.dropped > 500)
      // Others that have the same opening go on waiting when they write.
      #expect(fcntl(writing, F_GETFL) & O_NONBLOCK == 0)
      var text = ""
      var number = 1000
      // What waits comes out behind what was written, as fast as it is read.
      while !text.contains("missing") {
        text += Self.read(reading)
        number += 1
        output.write(Self.line(number)) { Array("missing \($0)\n".utf8) }
      }
      let lines = text.split(separator: "\n")
      let gap = try #require(lines.firstIndex { $0.hasPrefix("missing") })
      let before = lines[..<gap].map { Int($0.prefix { $0 != " " }) }
      #expect(before == (1...gap).map { $0 }, "in order, each once")
      #expect(lines[gap] == "missing \(output.dropped)")
    }
  }

  @Test func aFileIsWrittenInOrder() async throws {
    let tree = try TemporaryTree(["log": ""])
    try await withLoop { loop in
      let descriptor = open(tree.path + "/log", O_WRONLY | O_APPEND)
      defer { close(descriptor) }
      let output = LogOutput(loop: loop, standardError: descriptor, isJournal: false)
      #expect(output.kind == .file)
      for number in 1...20 { output.write(Self.line(number)) { _ in [] } }
      let files = HostFiles(root: try HostRoot(tree.path, mode: .live))
      while try files.text("/log").split(separator: "\n").count < 20 { await Task.yield() }
      #expect(try files.text("/log") == (1...20).map { String(decoding: Self.line($0), as: UTF8.self) }.joined())
    }
  }

  @Test func aPipeThatIsClosedLosesWhatIsWritten() async throws {
    clinux_ignore_sigpipe()
    try await withLoop { loop in
      let (reading, writing) = Self.ends(isSocket: false)
      let output = LogOutput(loop: loop, standardError: writing, isJournal: false)
      close(reading)
      output.write(Self.line(1)) { _ in [] }
      #expect(output.dropped == 1)
      close(writing)
    }
  }
}

@Suite struct JournalEntryTests {
  private func lines(_ entry: [UInt8]) -> [Substring] { String(decoding: entry, as: UTF8.self).split(separator: "\n") }

  @Test func fieldsAreLines() {
    let entry = lines(Journal.entry(priority: 4, "a = b", fields: ["check": "swap.policy", "state": "failing"]))
    #expect(entry.prefix(3) == ["MESSAGE=a = b", "PRIORITY=4", "SYSLOG_IDENTIFIER=nodeagent"])
    #expect(entry.suffix(2) == ["NODEAGENT_CHECK=swap.policy", "NODEAGENT_STATE=failing"])
  }

  @Test func aValueWithALineBreakHasItsLength() {
    let entry = Journal.entry(priority: 4, "x", fields: ["text": "a\nPRIORITY=0"])
    #expect(
      entry.suffix(36) == Array("NODEAGENT_TEXT\n".utf8) + [12, 0, 0, 0, 0, 0, 0, 0] + Array("a\nPRIORITY=0\n".utf8))
  }

  @Test func whatIsTooLongIsCutAndSaid() {
    let entry = lines(
      Journal.entry(
        priority: 4, String(repeating: "ü", count: 5000),
        fields: ["a": String(repeating: "a", count: 9000), "b": String(repeating: "b", count: 9000), "c": "c"]))
    #expect(entry[0].utf8.count <= 4096 + 8 && entry[0].hasSuffix("ü …"))
    #expect(entry.contains("NODEAGENT_C=c") && entry.last == "NODEAGENT_LEFT_OUT=b")
    #expect(entry.joined().utf8.count <= 16 << 10)
  }
}
