import Testing

@testable import AgentPlugins
@testable import AgentText

/// The rules of golang.org/x/net/http/httpproxy, one row each.
@Suite("NO_PROXY as Go programs read it")
struct NoProxyTests {
  private func covers(_ list: String, _ target: String) throws -> Bool {
    let endpoint = try Endpoint(settingsScalar: target)
    return NoProxy(list).covers(endpoint.host, port: endpoint.port)
  }

  @Test(
    "addresses",
    arguments: [
      ("", "192.168.9.120:6443", false), ("192.168.9.120", "192.168.9.120:6443", true),
      ("192.168.9.12", "192.168.9.120:6443", false), ("192.168.9.120,", "192.168.9.120:6443", true),
      ("a,192.168.9.120", "192.168.9.120:6443", true), (" 192.168.9.120 , b", "192.168.9.120:6443", true),
      ("\t192.168.9.120\n", "192.168.9.120:6443", true), ("a 192.168.9.120", "192.168.9.120:6443", false),
      ("192.168.9.120;b", "192.168.9.120:6443", false), ("https://192.168.9.120", "192.168.9.120:6443", false),
      ("192.168.9.120:6443", "192.168.9.120:6443", true), ("192.168.9.120:443", "192.168.9.120:6443", false),
      ("192.168.9.120:", "192.168.9.120:6443", true), ("192.168.9.120:06443", "192.168.9.120:6443", false),
      ("192.168.9.120:x", "192.168.9.120:6443", false), (":6443", "192.168.9.120:6443", false),
      ("192.168.9.*", "192.168.9.120:6443", false), ("192.168.9.", "192.168.9.120:6443", false),
      ("192.168.9", "192.168.9.120:6443", false), ("192.168.009.120", "192.168.9.120:6443", false),
      ("9.120", "192.168.9.120:6443", true), (".9.120", "192.168.9.120:6443", true),
      (",,,", "192.168.9.120:6443", false), ("127.0.0.1", "192.168.9.120:6443", false),
    ] as [(String, String, Bool)])
  func addresses(list: String, target: String, isCovered: Bool) throws {
    #expect(try covers(list, target) == isCovered)
  }

  @Test(
    "networks, which take no port",
    arguments: [
      ("192.168.9.0/24", "192.168.9.120:6443", true), ("192.168.8.0/23", "192.168.9.120:6443", true),
      ("192.168.9.77/24", "192.168.9.120:6443", true), ("0.0.0.0/0", "192.168.9.120:6443", true),
      ("192.168.8.0/24", "192.168.9.120:6443", false), ("192.168.9.120/32", "192.168.9.120:6443", true),
      ("192.168.9.0/33", "192.168.9.120:6443", false), ("192.168.9.0/", "192.168.9.120:6443", false),
      ("192.168.9.0/+24", "192.168.9.120:6443", false), ("192.168.9.0/24/1", "192.168.9.120:6443", false),
      ("192.168.9.0/24:6443", "192.168.9.120:6443", false), ("192.168.9/24", "192.168.9.120:6443", false),
      ("::/0", "192.168.9.120:6443", false), ("0.0.0.0/0", "[2001:db8::1]:6443", false),
      ("2001:db8::/32", "[2001:db8::1]:6443", true), ("2001:DB8::/32", "[2001:db8::1]:6443", true),
      ("[2001:db8::]/32", "[2001:db8::1]:6443", false), ("192.168.9.0/24", "a.example.org:6443", false),
    ] as [(String, String, Bool)])
  func networks(list: String, target: String, isCovered: Bool) throws {
    #expect(try covers(list, target) == isCovered)
  }

  @Test(
    "IPv6 addresses: brackets only before a port",
    arguments: [
      ("2001:db8::1", "[2001:db8::1]:6443", true), ("2001:0DB8:0::1", "[2001:db8::1]:6443", true),
      ("[2001:db8::1]:6443", "[2001:db8::1]:6443", true), ("[2001:db8::1]:443", "[2001:db8::1]:6443", false),
      ("[2001:db8::1]:", "[2001:db8::1]:6443", true), ("[2001:db8::1]", "[2001:db8::1]:6443", false),
      ("[2001:db8::1", "[2001:db8::1]:6443", false), ("2001:db8::1]:6443", "[2001:db8::1]:6443", false),
      ("[]:6443", "[2001:db8::1]:6443", false), ("[[2001:db8::1]]:6443", "[2001:db8::1]:6443", false),
      ("[192.168.9.120]:6443", "192.168.9.120:6443", true),
    ] as [(String, String, Bool)])
  func version6(list: String, target: String, isCovered: Bool) throws {
    #expect(try covers(list, target) == isCovered)
  }

  @Test(
    "names: themselves and below, with a dot only below",
    arguments: [
      ("example.org", "example.org:443", true), ("example.org", "api.example.org:443", true),
      ("example.org", "a.b.example.org:443", true), ("example.org", "notexample.org:443", false),
      ("example.org", "example.org.evil:443", false),
      (".example.org", "example.org:443", false), (".example.org", "api.example.org:443", true),
      ("*.example.org", "example.org:443", false), ("*.example.org", "api.example.org:443", true),
      ("*example.org", "api.example.org:443", false), ("a*.example.org", "ab.example.org:443", false),
      ("API.Example.ORG", "api.example.org:443", true), ("example.org", "API.EXAMPLE.ORG:443", true),
      ("example.org:443", "api.example.org:443", true), ("example.org:8443", "api.example.org:443", false),
      ("*.example.org:443", "api.example.org:443", true), ("..", "example.org:443", false),
      (".svc", "webhook.default.svc:443", true), ("svc", "webhook.default.svc:443", true),
      (".cluster.local", "kubernetes.default.svc.cluster.local:443", true), ("org", "example.org:443", true),
      (".", "example.org:443", false), ("example.org.", "example.org:443", false),
    ] as [(String, String, Bool)])
  func names(list: String, target: String, isCovered: Bool) throws {
    #expect(try covers(list, target) == isCovered)
  }

  @Test(
    "a star is everything, loopback and localhost are never proxied",
    arguments: [
      ("*", "192.168.9.120:6443", true), ("a, * ,b", "192.168.9.120:6443", true), ("*", "example.org:443", true),
      ("**", "example.org:443", false), ("*:443", "example.org:443", false), ("*.", "example.org:443", false),
      ("", "127.0.0.1:6443", true), ("", "127.8.9.1:6443", true), ("", "[::1]:6443", true),
      ("", "localhost:6443", true), ("", "a.localhost:6443", false), ("", "128.0.0.1:6443", false),
    ] as [(String, String, Bool)])
  func everything(list: String, target: String, isCovered: Bool) throws {
    #expect(try covers(list, target) == isCovered)
  }

  @Test(
    "whole networks: by one entry or by several together",
    arguments: [
      ("10.244.0.0/16", "10.244.0.0/16", true), ("10.0.0.0/8", "10.244.0.0/16", true),
      ("10.244.0.0/17", "10.244.0.0/16", false), ("10.244.0.0/17,10.244.128.0/17", "10.244.0.0/16", true),
      ("10.244.0.0/18,10.244.128.0/17", "10.244.0.0/16", false),
      ("10.244.0.0/18,10.244.64.0/18,10.244.128.0/17", "10.244.0.0/16", true),
      ("10.244.0.0", "10.244.0.0/16", false), ("10.96.0.0,10.96.0.1", "10.96.0.0/31", true),
      ("10.96.0.0:443,10.96.0.1", "10.96.0.0/31", false), ("10.96.0.1", "10.96.0.1/32", true),
      ("10.96.0.2", "10.96.0.1/32", false), ("*", "10.244.0.0/16", true), ("", "10.244.0.0/16", false),
      ("fd00::/48", "fd00::/56", true), ("fd00::/57,fd00:0:0:80::/57", "fd00::/56", true),
      ("fd00::/57", "fd00::/56", false), ("::/0", "10.244.0.0/16", false), ("10.244", "10.244.0.0/16", false),
    ] as [(String, String, Bool)])
  func whole(list: String, network: String, isCovered: Bool) throws {
    #expect(NoProxy(list).covers(try IPNetwork(settingsScalar: network)) == isCovered)
  }

  @Test("a list of 100 kB, of addresses inside the network that is asked for")
  func long() throws {
    let list = (0..<7000).map { "10.244.\($0 / 256).\($0 % 256)" }.joined(separator: ",")
    #expect(list.utf8.count > 80_000)
    #expect(try covers(list, "10.244.20.1:443"))
    #expect(try !covers(list, "10.245.0.1:443"))
    #expect(NoProxy(list).covers(try IPNetwork(settingsScalar: "10.244.0.0/20")))
    #expect(!NoProxy(list).covers(try IPNetwork(settingsScalar: "10.244.0.0/16")))
    #expect(!NoProxy(String(repeating: ",", count: 100_000)).isEverything)
    #expect(try covers(String(repeating: "x", count: 100_000) + ",a.b", "a.b:1"))
  }
}
