import Testing

@testable import AgentPlugins

@Suite struct SysctlFileTests {
  private func parsed(_ text: String) -> [String] { parsed(Array(text.utf8)) }

  private func parsed(_ content: [UInt8]) -> [String] {
    SysctlFile.parse(content, path: "f").map { "\($0.line) \($0.text)" }
  }

  @Test(arguments: [
    ("net.ipv4.ip_forward=1", "1 net.ipv4.ip_forward = 1"),
    ("net.ipv4.ip_forward = 1\n", "1 net.ipv4.ip_forward = 1"),
    (" \tnet.ipv4.ip_forward\t=\t1 \t\n", "1 net.ipv4.ip_forward = 1"),
    ("net/ipv4/ip_forward = 1", "1 net.ipv4.ip_forward = 1"),
    ("/net/ipv4/ip_forward = 1", "1 net.ipv4.ip_forward = 1"),
    ("net.ipv4.conf.enp3s0/200.forwarding = 1", "1 net.ipv4.conf.enp3s0/200.forwarding = 1"),
    ("net/ipv4/conf/enp3s0.200/forwarding = 1", "1 net.ipv4.conf.enp3s0/200.forwarding = 1"),
    ("-net.ipv4.ip_forward = 1", "1 net.ipv4.ip_forward = 1"),
    ("- net.ipv4.ip_forward = 1", "1 net.ipv4.ip_forward = 1"),
    ("-net.ipv4.conf.all.rp_filter", "1 -net.ipv4.conf.all.rp_filter"),
    ("net.ipv4.tcp_rmem = 4096 87380 6291456", "1 net.ipv4.tcp_rmem = 4096 87380 6291456"),
    ("kernel.core_pattern = |/bin/x a=b", "1 kernel.core_pattern = |/bin/x a=b"),
    ("kernel.domainname =", "1 kernel.domainname = "),
    ("a.b = 1 # no comment here", "1 a.b = 1 # no comment here"),
  ])
  func readsEveryForm(text: String, expected: String) { #expect(parsed(text) == [expected]) }

  @Test(arguments: [
    "", "\n\n", "# a = 1", "; a = 1", "   # a = 1", "net.ipv4.ip_forward", "net.ipv4.ip_forward 1", "\0\0",
  ])
  func readsNothingFrom(text: String) { #expect(parsed(text).isEmpty) }

  @Test(arguments: [
    ("a = 1\nb = 2", ["1 a = 1", "2 b = 2"]), ("a = 1\r\nb = 2\r\n", ["1 a = 1", "2 b = 2"]),
    ("a = 1\rb = 2", ["1 a = 1", "2 b = 2"]), ("a = 1\0b = 2\0", ["1 a = 1", "2 b = 2"]),
    ("\n\n#\na = 1", ["4 a = 1"]), ("\r\n\r\na = 1", ["3 a = 1"]), ("a = 1\n\0b = 2", ["1 a = 1", "2 b = 2"]),
  ])
  func countsLinesAsSystemdDoes(text: String, expected: [String]) { #expect(parsed(text) == expected) }

  @Test func survivesBytesThatAreNoText() {
    #expect(parsed([0xff, 0xfe, 0x0a] + Array("a = 1".utf8)) == ["2 a = 1"])
    #expect(parsed(Array("a = ".utf8) + [0xff]).count == 1)
  }

  @Test func survivesAHugeLine() {
    let long = String(repeating: "x", count: 1 << 20)
    #expect(parsed("\(long) = 1\na = 1").last == "2 a = 1")
  }
}

@Suite struct SysctlBootOrderTests {
  private func schedule(_ text: String) -> SysctlBootOrder {
    SysctlBootOrder(SysctlFile.parse(Array(text.utf8), path: "f"))
  }

  @Test(arguments: [
    ("net.ipv4.ip_forward = 0\nnet.ipv4.ip_forward = 1", "f:2"),
    ("net.ipv4.ip_forward = 1\nnet/ipv4/ip_forward = 1", "f:1"),
    ("net.ipv4.ip_forward = 1\nnet.ipv4.* = 0", "f:1"), ("net.ipv4.* = 0", "f:1"),
    ("net.ipv4.* = 0\nnet.ipv4.ip_* = 1", "f:2"),
    ("net.ipv4.* = 0\n-net.ipv4.ip_forward", nil), ("-net.ipv4.ip_forward\nnet.ipv4.ip_forward = 1", "f:2"),
    ("net.ipv4.ip_forward = 1\n-net.ipv4.ip_forward", nil), ("net.ipv6.ip_forward = 1", nil), ("", nil),
    ("net.ipv4.ip_forward = 1\nnet.ipv4.conf.all.forwarding = 0", "f:2"),
    ("net.ipv4.conf.all.forwarding = 0\nnet.ipv4.ip_forward = 1", "f:2"),
    ("net.ipv4.ip_forward = 1\nnet.ipv4.conf.*.forwarding = 0", "f:2"),
    // The second line moves the name to the end; the third has its value already and does not.
    (
      "net.ipv4.ip_forward = 0\nnet.ipv4.conf.all.forwarding = 0\nnet.ipv4.ip_forward = 1\nnet.ipv4.ip_forward = 1",
      "f:3"
    ),
  ])
  func decides(text: String, winner: String?) {
    let found = schedule(text).winner(for: "net.ipv4.ip_forward", aliases: ["net.ipv4.conf.all.forwarding"])
    #expect(found?.source == winner)
  }

  @Test func namesWhatContradicts() throws {
    let schedule = schedule(
      "net.ipv4.ip_forward = 0\nnet.ipv4.ip_* = 2\nnet.ipv4.ip_forward = 1\nnet.ipv4.ip_forward = 1")
    let winner = try #require(schedule.winner(for: "net.ipv4.ip_forward"))
    #expect(winner.source == "f:3")
    #expect(schedule.contradicting(winner, for: "net.ipv4.ip_forward").map(\.source) == ["f:1", "f:2"])
  }
}
