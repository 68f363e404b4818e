import Testing

@testable import AgentText

@Suite struct HardwareAddressTests {
  @Test func textAndBytesGoBothWays() throws {
    let address = try HardwareAddress(settingsScalar: "52:54:00:AB:cd:0e")
    #expect(address.bytes == [0x52, 0x54, 0, 0xAB, 0xCD, 0x0E])
    #expect(address.description == "52:54:00:ab:cd:0e")
    #expect(HardwareAddress(bytes: address.bytes) == address)
    #expect(HardwareAddress(bytes: [UInt8](repeating: 1, count: 20)) == nil)
    #expect(HardwareAddress(bytes: [UInt8]()) == nil)
  }

  @Test(arguments: [
    "", "52:54:00:ab:cd", "52:54:00:ab:cd:0e:1f", "52-54-00-ab-cd-0e", "5:54:00:ab:cd:0e", "+2:54:00:ab:cd:0e",
    "52:54:00:ab:cd:0g", "525400abcd0e", ":::::",
  ])
  func otherTextsAreRefused(_ text: String) {
    #expect(throws: SettingsScalarError.self) { try HardwareAddress(settingsScalar: text) }
  }

  @Test(arguments: [
    ("00:00:5e:00:01:33", true), ("00:00:5e:00:02:01", true), ("00:00:5e:00:03:01", false),
    ("00:00:5e:01:01:33", false), ("02:00:5e:00:01:33", false),
  ])
  func virtualRoutersAreKnown(_ text: String, _ isVirtual: Bool) throws {
    #expect(try HardwareAddress(settingsScalar: text).isVirtualRouter == isVirtual)
  }

  @Test(arguments: [
    ("00:00:00:00:00:00", false), ("ff:ff:ff:ff:ff:ff", false), ("01:00:5e:00:00:01", false),
    ("33:33:ff:00:00:01", false), ("52:54:00:12:34:56", true),
  ])
  func groupsAndZeroAreNoStations(_ text: String, _ isIndividual: Bool) throws {
    #expect(try HardwareAddress(settingsScalar: text).isIndividual == isIndividual)
  }
}
