import Testing

@testable import AgentPlugins

@Suite struct XMLElementTests {
  private func parse(_ text: String) -> XMLElement? { XMLElement.parse(Array(text.utf8)) }

  @Test func elementsAttributesAndNestingAreRead() {
    let zone = parse(
      """
      <?xml version="1.0" encoding="utf-8"?>
      <!DOCTYPE zone>
      <!-- <zone target="DROP"> -->
      <zone target = 'ACCEPT'>
        <short>Public &amp; more</short>
        <port protocol="tcp" port="6443"/><rule family='ipv4'><source address="192.168.100.0/24"/><accept/></rule >
        <![CDATA[ <port port="1"/> ]]>
      </zone>
      """)
    #expect(zone?.attributes == ["target": "ACCEPT"])
    #expect(zone?.children.map(\.name) == ["short", "port", "rule"])
    #expect(zone?.all("port").first?.attributes == ["protocol": "tcp", "port": "6443"])
    #expect(zone?.all("rule").first?.children.map(\.name) == ["source", "accept"])
  }

  @Test(arguments: [
    ("&lt;&gt;&amp;&quot;&apos;", "<>&\"'"), ("&#65;&#x42;", "AB"), ("a&b;c&", "a&b;c&"), ("&#x110000;", "&#x110000;"),
    ("&amp;lt;", "&lt;"), ("/ > =", "/ > ="),
  ]) func entitiesInValues(raw: String, value: String) {
    #expect(parse("<zone name=\"\(raw)\"/>")?.attributes["name"] == value)
  }

  @Test(arguments: [
    "", "zone", "<", "<zone", "<zone>", "<zone></zon>", "</zone>", "<zone a></zone>", "<zone a=b/>", "<zone a=\"b/>",
    "<zone/ >x", "<!-- <zone/>", "<?xml <zone/", "<zone><port></zone>", "< zone/>", "<zone><![CDATA[</zone>",
  ]) func whatIsNotWellFormedIsNothing(text: String) {
    #expect(parse(text) == nil)
  }

  @Test func depthAndNumberAreBounded() {
    #expect(parse(String(repeating: "<a>", count: 16) + String(repeating: "</a>", count: 16)) != nil)
    #expect(parse(String(repeating: "<a>", count: 17) + String(repeating: "</a>", count: 17)) == nil)
    #expect(parse("<a>" + String(repeating: "<b/>", count: 20_000) + "</a>") == nil)
  }

  @Test func anyByteIsSurvived() {
    for byte in UInt8.min...UInt8.max {
      _ = XMLElement.parse([byte])
      _ = XMLElement.parse(Array("<zone a=\"".utf8) + [byte, 0xFF])
      _ = XMLElement.parse(Array("<zone ".utf8) + [byte])
    }
    #expect(XMLElement.parse(Array("<zone a=\"".utf8) + [0xFF] + Array("\"/>".utf8))?.attributes["a"] == "\u{FFFD}")
  }
}
