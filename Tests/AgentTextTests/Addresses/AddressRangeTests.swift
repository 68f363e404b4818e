import AgentTesting
import Testing

@testable import AgentText

@Suite("Networks and address ranges")
struct AddressRangeTests {
  @Test(
    "A network knows its addresses",
    arguments: [
      ("192.168.8.0/23", "192.168.9.255", true), ("192.168.8.0/23", "192.168.10.0", false),
      ("0.0.0.0/0", "255.255.255.255", true), ("0.0.0.0/0", "::1", false), ("10.0.0.1/32", "10.0.0.1", true),
      ("10.0.0.1/32", "10.0.0.2", false), ("2001:db8::/64", "2001:db8::ffff", true),
      ("2001:db8::/64", "2001:db8:0:1::", false), ("::/0", "::1", true), ("::/0", "192.0.2.1", false),
      ("::1/128", "::1", true),
    ])
  func membership(network: String, address: String, expected: Bool) throws {
    let network = try IPNetwork(settingsScalar: network)
    #expect(try network.contains(IPAddress(settingsScalar: address)) == expected)
  }

  @Test("Networks overlap when one holds the other")
  func networkOverlap() throws {
    let pods = try IPNetwork(settingsScalar: "192.168.0.0/16")
    let local = try IPNetwork(settingsScalar: "192.168.100.0/24")
    let other = try IPNetwork(settingsScalar: "10.96.0.0/12")
    #expect(pods.overlaps(local) && local.overlaps(pods))
    #expect(!pods.overlaps(other) && !other.overlaps(pods))
    #expect(try IPNetwork(settingsScalar: "2001:DB8::/32").description == "2001:db8::/32")
  }

  @Test(
    "Bad networks are named",
    arguments: [
      ("192.0.2.0", "'192.0.2.0' is not a network; allowed: a network, as in 192.0.2.0/24 or 2001:db8::/64"),
      ("192.0.2.0/24/1", "'192.0.2.0/24/1' is not a network; allowed: a network, as in 192.0.2.0/24 or 2001:db8::/64"),
      ("192.0.2.1/24", "'192.0.2.1/24' has host bits set; allowed: 192.0.2.0/24"),
      ("2001:db8::1/64", "'2001:db8::1/64' has host bits set; allowed: 2001:db8::/64"),
      ("192.0.2.0/33", "'/33' is not a prefix length of IPv4; allowed: /0 to /32"),
      ("2001:db8::/129", "'/129' is not a prefix length of IPv6; allowed: /0 to /128"),
      ("192.0.2.0/024", "'/024' is not a prefix length of IPv4; allowed: /0 to /32"),
      ("192.0.2.0/-1", "'/-1' is not a prefix length of IPv4; allowed: /0 to /32"),
      ("192.0.2.0/", "'/' is not a prefix length of IPv4; allowed: /0 to /32"),
      ("192.0.2.0/255.255.255.0", "'/255.255.255.0' is not a prefix length of IPv4; allowed: /0 to /32"),
      ("::ffff:0:0/96", "'::ffff:0:0' is an IPv4 address written as IPv6; allowed: 0.0.0.0"),
    ])
  func badNetworks(text: String, expected: String) {
    #expect(mistake(IPNetwork.self, text) == expected)
  }

  @Test(
    "Good ranges",
    arguments: [
      ("192.168.100.240-192.168.100.254", "192.168.100.240-192.168.100.254", 15),
      ("192.0.2.0/28", "192.0.2.0-192.0.2.15", 16),
      ("192.0.2.1/32", "192.0.2.1-192.0.2.1", 1),
      ("192.0.2.9-192.0.2.9", "192.0.2.9-192.0.2.9", 1),
      ("10.0.0.0/16", "10.0.0.0-10.0.255.255", 65_536),
      ("10.0.0.7-10.1.0.6", "10.0.0.7-10.1.0.6", 65_536),
      ("2001:DB8::10-2001:db8::1f", "2001:db8::10-2001:db8::1f", 16),
      ("2001:db8::/112", "2001:db8::-2001:db8::ffff", 65_536),
      ("255.255.255.250-255.255.255.255", "255.255.255.250-255.255.255.255", 6),
    ])
  func goodRanges(text: String, expected: String, count: Int) throws {
    let range = try AddressRange(settingsScalar: text)
    #expect(range.description == expected)
    #expect(range.count == count)
    #expect(range.addresses.reduce(0) { sum, _ in sum + 1 } == count)
    #expect(range.contains(range.first) && range.contains(range.last))
    #expect(try AddressRange(settingsScalar: expected) == range)
  }

  @Test(
    "Bad ranges are named",
    arguments: [
      ("192.0.2.20-192.0.2.10", "'192.0.2.20-192.0.2.10' is reversed; allowed: 192.0.2.10-192.0.2.20"),
      ("192.0.2.1-::1", "'192.0.2.1-::1' mixes IPv4 and IPv6; allowed: two addresses of one family"),
      (
        "10.0.0.0-10.1.0.0",
        "'10.0.0.0-10.1.0.0' has more than 65536 addresses; "
          + "allowed: at most 65536 addresses in a range"
      ),
      (
        "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "'::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff' has more than 65536 addresses; "
          + "allowed: at most 65536 addresses in a range"
      ),
      ("10.0.0.0/15", "'10.0.0.0/15' has more than 65536 addresses; allowed: a network of /16 or longer"),
      ("::/0", "'::/0' has more than 65536 addresses; allowed: a network of /112 or longer"),
      (
        "192.0.2.1",
        "'192.0.2.1' is not an address range; "
          + "allowed: FIRST-LAST or a network, as in 192.0.2.10-192.0.2.20 or 192.0.2.0/28"
      ),
      (
        "1.1.1.1-1.1.1.2-1.1.1.3",
        "'1.1.1.1-1.1.1.2-1.1.1.3' is not an address range; "
          + "allowed: FIRST-LAST or a network, as in 192.0.2.10-192.0.2.20 or 192.0.2.0/28"
      ),
      ("192.0.2.1-9", "'9' is not an IP address; allowed: an IPv4 or IPv6 address, as in 192.0.2.1 or 2001:db8::1"),
      (
        "192.0.2.1 - 192.0.2.2",
        "'192.0.2.1 ' is not an IP address; allowed: an IPv4 or IPv6 address, as in 192.0.2.1 or 2001:db8::1"
      ),
      ("192.0.2.1/24", "'192.0.2.1/24' has host bits set; allowed: 192.0.2.0/24"),
    ])
  func badRanges(text: String, expected: String) {
    #expect(mistake(AddressRange.self, text) == expected)
  }

  @Test(
    "Ranges overlap when they share an address",
    arguments: [
      ("192.0.2.10-192.0.2.20", "192.0.2.20-192.0.2.30", true),
      ("192.0.2.10-192.0.2.20", "192.0.2.21-192.0.2.30", false),
      ("192.0.2.10-192.0.2.20", "192.0.2.12-192.0.2.13", true),
      ("192.0.2.10-192.0.2.20", "2001:db8::-2001:db8::1", false),
    ])
  func rangeOverlap(one: String, other: String, expected: Bool) throws {
    let (one, other) = (try AddressRange(settingsScalar: one), try AddressRange(settingsScalar: other))
    #expect(one.overlaps(other) == expected)
    #expect(other.overlaps(one) == expected)
  }
}
