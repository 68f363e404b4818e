import AgentTesting
import Testing

@testable import AgentText

@Suite("Addresses, networks and ranges are read strictly")
struct AddressTests {
  @Test(
    "Good addresses have one canonical text (RFC 5952)",
    arguments: [
      ("0.0.0.0", "0.0.0.0"),
      ("192.168.100.230", "192.168.100.230"),
      ("255.255.255.255", "255.255.255.255"),
      ("::", "::"),
      ("::1", "::1"),
      ("1::", "1::"),
      ("2001:DB8::1", "2001:db8::1"),
      ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
      ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
      ("2001:db8::0:1:1:1:1", "2001:db8::1:1:1:1"),
      ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
      ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
      ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"),
      ("::192.0.2.1", "::c000:201"),
      ("::fffe:192.0.2.1", "::fffe:c000:201"),
    ])
  func canonical(text: String, expected: String) throws {
    let address = try IPAddress(settingsScalar: text)
    #expect(address.description == expected)
    #expect(try IPAddress(settingsScalar: address.description) == address)
    #expect(IPAddress(bytes: address.bytes) == address)
  }

  @Test(
    "Bad addresses are named",
    arguments: [
      ("", "'' is not an IP address; allowed: an IPv4 or IPv6 address, as in 192.0.2.1 or 2001:db8::1"),
      ("1.2.3", "'1.2.3' is not an IP address; allowed: an IPv4 or IPv6 address, as in 192.0.2.1 or 2001:db8::1"),
      (
        "010.0.0.1",
        "'010.0.0.1' has a leading zero, which some programs read as octal; "
          + "allowed: decimal numbers without it"
      ),
      ("fe80::1%eth0", "'fe80::1%eth0' has a zone id; allowed: the address without it"),
      ("::ffff:192.0.2.1", "'::ffff:192.0.2.1' is an IPv4 address written as IPv6; allowed: 192.0.2.1"),
      ("::FFFF:c000:201", "'::FFFF:c000:201' is an IPv4 address written as IPv6; allowed: 192.0.2.1"),
    ])
  func messages(text: String, expected: String) {
    #expect(mistake(IPAddress.self, text) == expected)
  }

  @Test(
    "Forms that other parsers take are refused",
    arguments: [
      "1", "127.1", "0x7f.0.0.1", "0x7f000001", "2130706433", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.0.0.1",
      "00.0.0.0", "1.2.3.4 ", " 1.2.3.4", "+1.2.3.4", "-1.2.3.4", "1.2.3.４", "1.2.3.4\0", "::1\0", "::1\0x", "[::1]",
      "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", ":::", ":1", "1:", "12345::", "g::", "::1/64", "::1.2.3",
      "::01.2.3.4", "::256.1.1.1", "1.2.3.4:80", "::1 ",
    ])
  func refused(text: String) {
    #expect(throws: SettingsScalarError.self) { try IPAddress(settingsScalar: text) }
  }

  @Test("An IPv4-mapped address from the kernel is the IPv4 address")
  func mapped() {
    let mapped = IPAddress(bytes: Array(repeating: 0, count: 10) + [0xFF, 0xFF, 192, 0, 2, 1])
    #expect(mapped == IPAddress(v4: 0xC000_0201))
    #expect(IPAddress(bytes: [192, 0, 2]) == nil)
    #expect(IPAddress(bytes: []) == nil)
  }

  @Test(
    "Unicast is what one host can have",
    arguments: [
      ("0.0.0.0", false), ("0.1.2.3", false), ("1.0.0.0", true), ("127.0.0.1", true), ("223.255.255.255", true),
      ("224.0.0.1", false), ("240.0.0.1", false), ("255.255.255.255", false), ("::", false), ("::1", true),
      ("fe80::1", true), ("ff02::1", false), ("feff::1", true),
    ])
  func unicast(text: String, expected: Bool) throws {
    #expect(try IPAddress(settingsScalar: text).isUnicast == expected)
  }

  @Test("Order is by family, then by number; counting on ends with the family")
  func order() throws {
    let texts = ["9.0.0.0", "10.0.0.0", "200.0.0.0", "::", "2001:db8::"]
    let addresses = try texts.map { try IPAddress(settingsScalar: $0) }
    #expect(addresses.shuffled().sorted() == addresses)
    #expect(try IPAddress(settingsScalar: "10.0.0.255").advanced(by: 1)?.description == "10.0.1.0")
    #expect(try IPAddress(settingsScalar: "255.255.255.255").advanced(by: 1) == nil)
    #expect(try IPAddress(settingsScalar: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff").advanced(by: 1) == nil)
    #expect(try IPAddress(settingsScalar: "::fffe:ffff:ffff").advanced(by: 1) == nil)
  }
}
