import Testing

@testable import AgentText

@Suite struct ConfigurationLinesTests {
  @Test(arguments: [
    ("a\nb", ["a", "b"]), ("a\r\nb\n", ["a", "b"]), ("a\rb", ["a", "b"]), ("a\n\nb", ["a", "", "b"]),
    ("a\0b\0", ["a", "b"]), ("  a b\t\n\t", ["a b", ""]), ("", []), ("\n", [""]), ("a\0\0b", ["a", "", "b"]),
  ])
  func linesEndAsSystemdEndsThem(text: String, lines: [String]) {
    #expect(ConfigurationLines.split(Array(text.utf8)).map(String.init) == lines)
  }
}
