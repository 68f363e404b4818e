import AgentCore
import Foundation
import Testing

@testable import NodeAgent

/// Debian's prometheus package brings promtool.
private let promtool = "/usr/bin/promtool"

@Suite struct PromtoolTests {
  private let families = [
    MetricFamily("nodeagent_swap_used_bytes", help: "Swap in use, in \"bytes\"\\\nby device.", value: 0.5),
    MetricFamily(
      "nodeagent_check_state", help: "State of a check.",
      samples: [
        "", "plain", "say \"hi\"", "a\nb", "a\r\nb", "\\", "🧯", "nul\0nul", "} 1\nevil 2", "\u{e9}", "e\u{301}",
      ].enumerated().map { MetricSample(Double($0.offset), ["check": "hostile", "subject": $0.element]) }),
    MetricFamily("nodeagent_check_state", help: "State of a check.", samples: [MetricSample(1, ["check": "plain"])]),
    MetricFamily(
      "nodeagent_odd_seconds", help: "Odd numbers.",
      samples: [.nan, .infinity, -.infinity, 1e-7, 1e300, -1, 1e17].enumerated().map {
        MetricSample($0.element, ["number": "\($0.offset)"])
      }),
    MetricFamily(
      "nodeagent_rounds_total", .counter, help: "Rounds.",
      samples: (0..<300).map { MetricSample(Double($0) * 1.5, ["plugin": "p\($0)"]) }),
  ]

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: promtool), "promtool is missing: apt-get install prometheus"))
  func promtoolFindsNothingToSay() throws {
    let check = Process()
    check.executableURL = URL(filePath: promtool)
    check.arguments = ["check", "metrics"]
    let input = Pipe()
    let output = Pipe()
    (check.standardInput, check.standardOutput, check.standardError) = (input, output, output)
    try check.run()
    try input.fileHandleForWriting.write(contentsOf: PrometheusText.render(families))
    try input.fileHandleForWriting.close()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    check.waitUntilExit()
    #expect(String(decoding: said, as: Unicode.UTF8.self) == "")
    #expect(check.terminationStatus == 0)
  }
}
