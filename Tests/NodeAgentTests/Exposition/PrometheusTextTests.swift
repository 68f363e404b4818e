import AgentCore
import Testing

@testable import NodeAgent

@Suite struct PrometheusTextTests {
  private func text(_ families: MetricFamily...) -> String {
    String(decoding: PrometheusText.render(families), as: Unicode.UTF8.self)
  }

  private func line(_ value: Double) -> String {
    text(MetricFamily("m", help: "h", value: value))
  }

  @Test func noFamiliesGiveAnEmptyPage() {
    #expect(PrometheusText.render([]).isEmpty)
  }

  @Test func aFamilyWithoutSamplesIsLeftOut() {
    #expect(text(MetricFamily("m", help: "h")) == "")
  }

  @Test func familiesAndSamplesStandInOrder() {
    let page = text(
      MetricFamily("nodeagent_b_total", .counter, help: "Second.", value: 2),
      MetricFamily(
        "nodeagent_a", help: "First.",
        samples: [
          MetricSample(3, ["check": "b", "subject": "a"]), MetricSample(2, ["check": "a", "subject": "b"]),
          MetricSample(1, ["check": "a", "subject": "a"]), MetricSample(0, ["check": "a"]),
        ]))
    #expect(
      page == """
        # HELP nodeagent_a First.
        # TYPE nodeagent_a gauge
        nodeagent_a{check="a"} 0
        nodeagent_a{check="a",subject="a"} 1
        nodeagent_a{check="a",subject="b"} 2
        nodeagent_a{check="b",subject="a"} 3
        # HELP nodeagent_b_total Second.
        # TYPE nodeagent_b_total counter
        nodeagent_b_total 2

        """)
  }

  @Test func familiesOfOneNameBecomeOneAndASeriesIsWrittenOnce() {
    let page = text(
      MetricFamily("m", help: "h", samples: [MetricSample(1, ["l": "b"]), MetricSample(2, ["l": "b"])]),
      MetricFamily("m", help: "h"),
      MetricFamily("m", help: "h", samples: [MetricSample(3, ["l": "a"]), MetricSample(4, ["l": "b"])]))
    #expect(page == "# HELP m h\n# TYPE m gauge\nm{l=\"a\"} 3\nm{l=\"b\"} 1\n")
  }

  @Test func theOrderInWhichSamplesAreGivenDoesNotMatter() {
    let samples = (0..<50).map { MetricSample(Double($0), ["a": "\($0 % 7)", "b": "\($0)"]) }
    let page = text(MetricFamily("m", help: "h", samples: samples))
    #expect(page == text(MetricFamily("m", help: "h", samples: samples.reversed())))
    #expect(page == text(MetricFamily("m", help: "h", samples: Array(samples[20...] + samples[..<20]))))
  }

  @Test func equivalentTextsOfDifferentBytesAreTwoSeries() {
    let composed = MetricSample(1, ["l": "\u{e9}"])
    let decomposed = MetricSample(2, ["l": "e\u{301}"])
    let page = text(MetricFamily("m", help: "h", samples: [composed, decomposed]))
    #expect(Array(page.utf8).count { $0 == UInt8(ascii: "\n") } == 4)
    #expect(
      Array(page.utf8) == Array(text(MetricFamily("m", help: "h", samples: [decomposed, composed])).utf8))
  }

  @Test(
    arguments: [
      (0, "0"), (-0.0, "0"), (1, "1"), (-1, "-1"), (10, "10"), (1_795_000_000, "1795000000"), (0.021, "0.021"),
      (-2.5, "-2.5"), (1e-7, "1e-07"), (9_007_199_254_740_992, "9007199254740992"), (1e17, "100000000000000000"),
      (1e300, "1e+300"), (-9_223_372_036_854_775_808, "-9223372036854775808"), (.leastNonzeroMagnitude, "5e-324"),
      (.nan, "NaN"),
      (.infinity, "+Inf"), (-.infinity, "-Inf"),
    ] as [(Double, String)])
  func numbers(value: Double, written: String) {
    #expect(line(value) == "# HELP m h\n# TYPE m gauge\nm \(written)\n")
  }

  @Test(arguments: [
    ("", ""), ("plain", "plain"), ("say \"hi\"", "say \\\"hi\\\""), ("a\nb", "a\\nb"), ("a\r\nb", "a\r\\nb"),
    ("C:\\n", "C:\\\\n"), ("\\", "\\\\"), ("\"", "\\\""), ("\n\n", "\\n\\n"), ("🧯 é", "🧯 é"), ("nul\0nul", "nul\0nul"),
    ("} 1\nevil 2", "} 1\\nevil 2"), ("a\",b=\"c", "a\\\",b=\\\"c"),
  ])
  func labelValues(value: String, written: String) {
    let page = PrometheusText.render([MetricFamily("m", help: "h", samples: [MetricSample(1, ["l": value])])])
    #expect(page == Array("# HELP m h\n# TYPE m gauge\nm{l=\"\(written)\"} 1\n".utf8))
  }

  @Test func helpKeepsItsQuotesAndItsLine() {
    let page = text(MetricFamily("m", help: "say \"hi\"\nC:\\", value: 1))
    #expect(page == "# HELP m say \"hi\"\\nC:\\\\\n# TYPE m gauge\nm 1\n")
  }
}
