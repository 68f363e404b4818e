import Testing

@testable import AgentText

@Suite struct OctalEscapesTests {
  @Test(
    "A backslash that begins no escape stands for itself in what people write",
    arguments: [
      ("a\\040b", "a b"), ("\\134", "\\"), ("\\", "\\"), ("\\04", "\\04"), ("\\999", "\\999"), ("\\777", "\\777"),
      ("\\303\\244", "ä"), ("", ""),
    ])
  func escapes(text: String, expected: String) { #expect(OctalEscapes.text(text) == expected) }

  @Test(
    "A backslash that begins no escape is a mistake of the kernel's tables",
    arguments: [
      ("a\\040b", "a b"), ("\\134", "\\"), ("\\", nil), ("\\04", nil), ("\\999", nil), ("\\777", nil), ("", ""),
    ] as [(String, String?)])
  func strict(text: String, expected: String?) {
    #expect(OctalEscapes.decode(text.utf8).map { String(decoding: $0, as: UTF8.self) } == expected)
  }
}
