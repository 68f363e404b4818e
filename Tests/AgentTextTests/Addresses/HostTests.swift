import AgentTesting
import Testing

@testable import AgentText

@Suite("Hosts, endpoints and paths are read strictly")
struct HostTests {
  @Test(
    "Good host names, in lower case",
    arguments: [
      ("localhost", "localhost"), ("Apps.Example.ORG", "apps.example.org"), ("a", "a"), ("3com.com", "3com.com"),
      ("n100-001", "n100-001"), ("1.2.3.x", "1.2.3.x"), ("xn--bcher-kva.example", "xn--bcher-kva.example"),
      ("0x7g", "0x7g"), ("1-2", "1-2"),
    ])
  func goodNames(text: String, expected: String) throws {
    #expect(try HostName(settingsScalar: text).description == expected)
  }

  @Test("The limits of a name are 63 and 253 characters")
  func nameLimits() throws {
    let label = String(repeating: "a", count: 63)
    let longest = [label, label, label, String(repeating: "a", count: 61)].joined(separator: ".")
    #expect(try HostName(settingsScalar: longest).description.count == 253)
    #expect(
      mistake(HostName.self, longest + "a")
        == "'\(longest.prefix(60))…' is too long for a host name; allowed: at most 253 characters")
    #expect(
      mistake(HostName.self, label + "a")
        == "'\(label.prefix(60))…' is not a host name: a part is too long; allowed: parts of 1 to 63 characters")
  }

  @Test(
    "Bad host names are named",
    arguments: [
      ("", "is empty; allowed: a host name, as in apps.example.org"),
      ("192.0.2.1", "'192.0.2.1' is an address; allowed: a host name, as in apps.example.org"),
      ("2001:DB8::1", "'2001:db8::1' is an address; allowed: a host name, as in apps.example.org"),
      ("1.2.3", "'1.2.3' ends in a number and is not an IPv4 address; allowed: a name whose last part is not a number"),
      ("a.1", "'a.1' ends in a number and is not an IPv4 address; allowed: a name whose last part is not a number"),
      (
        "a.0X7f",
        "'a.0X7f' ends in a number and is not an IPv4 address; "
          + "allowed: a name whose last part is not a number"
      ),
      (
        "a..b",
        "'a..b' is not a host name: there is nothing before or after a dot; "
          + "allowed: parts of 1 to 63 characters"
      ),
      (
        "a.b.",
        "'a.b.' is not a host name: there is nothing before or after a dot; "
          + "allowed: parts of 1 to 63 characters"
      ),
      (
        "a_b",
        "'a_b' is not a host name: it has a character that names cannot have; "
          + "allowed: letters, digits, '-' and dots"
      ),
      (
        "*.example.org",
        "'*.example.org' is not a host name: it has a character that names cannot have; "
          + "allowed: letters, digits, '-' and dots"
      ),
      (
        "a\0b",
        "'a\\x00b' is not a host name: it has a character that names cannot have; "
          + "allowed: letters, digits, '-' and dots"
      ),
      ("-a.b", "'-a.b' is not a host name: a part begins or ends with '-'; allowed: '-' only inside a part"),
      ("a-.b", "'a-.b' is not a host name: a part begins or ends with '-'; allowed: '-' only inside a part"),
      ("bücher.example", "'bücher.example' is not in ASCII; allowed: the form that begins with xn-- (RFC 5890)"),
    ])
  func badNames(text: String, expected: String) {
    #expect(mistake(HostName.self, text) == expected)
  }

  @Test(
    "Good endpoints",
    arguments: [
      ("192.168.100.230:6443", "192.168.100.230:6443"), ("[2001:DB8::1]:443", "[2001:db8::1]:443"),
      ("[::]:19100", "[::]:19100"), ("API.example.org:6443", "api.example.org:6443"), ("localhost:1", "localhost:1"),
      ("0.0.0.0:65535", "0.0.0.0:65535"),
    ])
  func goodEndpoints(text: String, expected: String) throws {
    let endpoint = try Endpoint(settingsScalar: text)
    #expect(endpoint.description == expected)
    #expect(try Endpoint(settingsScalar: expected) == endpoint)
  }

  @Test(
    "Bad endpoints are named",
    arguments: [
      ("192.0.2.1", "'192.0.2.1' has no port; allowed: HOST:PORT, as in 192.0.2.1:6443 or [2001:db8::1]:6443"),
      ("192.0.2.1:", "'192.0.2.1:' has no port; allowed: HOST:PORT, as in 192.0.2.1:6443 or [2001:db8::1]:6443"),
      ("[::1]", "'[::1]' has no port; allowed: HOST:PORT, as in 192.0.2.1:6443 or [2001:db8::1]:6443"),
      (":6443", "':6443' has no host; allowed: HOST:PORT, as in 192.0.2.1:6443 or [2001:db8::1]:6443"),
      ("", "'' has no port; allowed: HOST:PORT, as in 192.0.2.1:6443 or [2001:db8::1]:6443"),
      (
        "https://192.0.2.1:6443",
        "'https://192.0.2.1:6443' is not HOST:PORT; "
          + "allowed: HOST:PORT, as in 192.0.2.1:6443 or [2001:db8::1]:6443, without scheme and path"
      ),
      ("a:0", "'0' is not a port; allowed: 1 to 65535"),
      ("a:65536", "'65536' is not a port; allowed: 1 to 65535"),
      ("a:080", "'080' is not a port; allowed: 1 to 65535"),
      ("a:+80", "'+80' is not a port; allowed: 1 to 65535"),
      ("a:https", "'https' is not a port; allowed: 1 to 65535"),
      (
        "2001:db8::1:6443",
        "'2001:db8::1' has several colons; "
          + "allowed: an IPv6 address in brackets, as in [2001:db8::1]"
      ),
      (
        "[192.0.2.1]:80",
        "'[192.0.2.1]' is not an IPv6 address in brackets; "
          + "allowed: an IPv6 address in brackets, as in [2001:db8::1]"
      ),
      (
        "[::1:80",
        "'[::1' is not an IPv6 address in brackets; "
          + "allowed: an IPv6 address in brackets, as in [2001:db8::1]"
      ),
      ("[fe80::1%eth0]:80", "'fe80::1%eth0' has a zone id; allowed: the address without it"),
      (
        "192.0.2.300:80",
        "'192.0.2.300' is not an IP address; "
          + "allowed: an IPv4 or IPv6 address, as in 192.0.2.1 or 2001:db8::1"
      ),
      (
        "192.0.2.01:80",
        "'192.0.2.01' has a leading zero, which some programs read as octal; "
          + "allowed: decimal numbers without it"
      ),
      (
        "192.0.2:80",
        "'192.0.2' ends in a number and is not an IPv4 address; "
          + "allowed: a name whose last part is not a number"
      ),
    ])
  func badEndpoints(text: String, expected: String) {
    #expect(mistake(Endpoint.self, text) == expected)
  }

  @Test(
    "Paths",
    arguments: [
      ("/", nil), ("/etc/nodeagent/a b", nil), ("/a/..b/.c", nil), ("/é", nil),
      ("", "'' is not an absolute path; allowed: a path that begins with /"),
      ("etc", "'etc' is not an absolute path; allowed: a path that begins with /"),
      ("~/x", "'~/x' is not an absolute path; allowed: a path that begins with /"),
      ("/a/", "'/a/' is not a plain path; allowed: a path without //, /./ and /../, and without a / at its end"),
      ("//a", "'//a' is not a plain path; allowed: a path without //, /./ and /../, and without a / at its end"),
      ("/./a", "'/./a' is not a plain path; allowed: a path without //, /./ and /../, and without a / at its end"),
      (
        "/../\u{301}a",
        "'/../\u{301}a' is not a plain path; allowed: a path without //, /./ and /../, and without a / at its end"
      ),
      ("/a\0b", "'/a\\x00b' has a control character; allowed: a path without it"),
      ("/a\nb", "'/a\\nb' has a control character; allowed: a path without it"),
    ])
  func paths(text: String, expected: String?) {
    #expect(mistake(AbsolutePath.self, text) == expected)
  }

  @Test("A path has at most 4095 bytes")
  func pathLimit() throws {
    let longest = "/" + String(repeating: "a", count: 4_094)
    #expect(try AbsolutePath(settingsScalar: longest).lastComponent.count == 4_094)
    #expect(mistake(AbsolutePath.self, longest + "a")?.hasSuffix("allowed: at most 4095 bytes") == true)
  }
}
