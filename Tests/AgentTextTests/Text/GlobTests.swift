import Testing

@testable import AgentText

@Suite struct GlobTests {
  @Test(arguments: [
    ("net/ipv4/conf/*/rp_filter", "net/ipv4/conf/all/rp_filter", true),
    ("net/ipv4/conf/*/rp_filter", "net/ipv4/conf/rp_filter", false),
    ("net/ipv4/conf/*/rp_filter", "net/ipv4/conf/a/b/rp_filter", false),
    ("net/*", "net/ipv4/ip_forward", false), ("net/ipv4/ip_*", "net/ipv4/ip_forward", true),
    ("net/ipv4/ip_*ward", "net/ipv4/ip_forward", true), ("net/ipv?/ip_forward", "net/ipv4/ip_forward", true),
    ("net/ipv[46]/conf", "net/ipv4/conf", true), ("net/ipv[!4]/conf", "net/ipv4/conf", false),
    ("net/ipv[0-5]/conf", "net/ipv4/conf", true), ("net/ipv[", "net/ipv[", true), ("*/*", "net/.x", false),
    ("net/ipv{4,6}/conf/{all,default}/forward*", "net/ipv6/conf/default/forwarding", true),
    ("net/ipv{4,6}/conf/{all,default}/forward*", "net/ipv6/conf/eth0/forwarding", false),
    ("{a,b{c,d}}*", "bd1", true), ("{a", "{a", true), ("a**b*", "aXXbYY", true),
    ("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaac", false), ("*.conf", "a.conf", true), ("*", "a.conf", true),
    ("?.conf", "a.conf", true), ("a*f", "a.conf", true), ("*.con", "a.conf", false), ("?", "", false), ("*", "", true),
    ("a*b*b", "ab", false), ("a*b*b", "aXbXb", true), ("[ab].conf", "b.conf", true), ("*", ".hidden", false),
  ])
  func matches(pattern: String, path: String, expected: Bool) { #expect(Glob.matches(pattern, path) == expected) }

  @Test func manyBracesEnd() {
    #expect(!Glob.matches(String(repeating: "{a,b}", count: 40) + "*", "x"))
  }
}
