import Testing

@testable import AgentText

@Suite("YAML mistakes are named with their place")
struct YAMLMistakeTests {
  @Test(
    "Mistakes of syntax",
    arguments: [
      ("a: 1\nb: 2\n  %x: 3", "3:5: mapping values are not allowed in this context"),
      ("a: b: c\n", "1:5: mapping values are not allowed in this context"),
      ("a: 1\n\tb: 2\n", "2:1: found a tab character that violates indentation (a tab)"),
      ("a:\n\t- b\n", "2:1: found character that cannot start any token (a tab)"),
      ("a: @b\n", "1:4: found character that cannot start any token"),
      ("a: [b\n", "2:1: did not find expected ',' or ']', while parsing a flow sequence that begins on line 1"),
      ("a: 1\nb: [c", "2:6: did not find expected ',' or ']'"),
      ("a: 1\r\nb: [c", "2:6: did not find expected ',' or ']'"),
      ("a: 'b\n", "2:1: found unexpected end of stream, while scanning a quoted scalar that begins on line 1"),
      ("a: \"\\q\"\n", "1:5: found unknown escape character"),
      (
        "- a\nb: c\n",
        "2:1: did not find expected '-' indicator, while parsing a block collection that begins on line 1"
      ),
      ("a: *b\n", "1:4: undefined alias: a text that begins with * stands in quotes"),
      ("&a [x, *a]\n", "1:8: an alias stands inside the node that it names"),
      ("x: &a\n  y: {z: *a}\n", "2:10: an alias stands inside the node that it names"),
      ("a: &x 1\n---\nb: *x\n", "3:4: undefined alias: a text that begins with * stands in quotes"),
      ("{[a]: b}\n", "1:2: a key must be a scalar, not a list or a mapping"),
      ("? {a: b}\n: c\n", "1:3: a key must be a scalar, not a list or a mapping"),
      ("[&x [a], {*x : b}]\n", "1:11: a key must be a scalar, not a list or a mapping"),
      ("a: 1\nb:\n  - c: 2\n    'c': 3\n", "4:5: key 'b[0].c' is given twice, first on line 3"),
      ("%YAML 3.0\n---\na\n", "1:1: found incompatible YAML document"),
      ("!x!y z\n", "1:1: found undefined tag handle"),
    ])
  func syntax(text: String, expected: String) {
    let error = #expect(throws: YAMLError.self) { try YAMLParser.documents(Array(text.utf8)) }
    #expect(error?.description == expected)
  }

  @Test(
    "Mistakes of encoding",
    arguments: [
      (Array("a: 1\nb: é".utf8) + [0xFF, 0x0A], "2:5: invalid leading UTF-8 octet (0xFF)"),
      (Array("a: 1\nb: é".utf8) + [0xC3, 0x28], "2:6: invalid trailing UTF-8 octet (0x28)"),
      (Array("a: 1\nb: é".utf8) + [0xC3], "2:5: incomplete UTF-8 octet sequence"),
      (Array("a: ".utf8) + [0xC0, 0x80], "1:4: invalid length of a UTF-8 sequence"),
      (Array("a: ".utf8) + [0xED, 0xA0, 0x80], "1:4: invalid Unicode character (0xD800)"),
      (Array("a: ".utf8) + [0xF5, 0x80, 0x80, 0x80], "1:4: invalid Unicode character (0x140000)"),
      (Array("a: b\0c\n".utf8), "1:5: control characters are not allowed (0x0)"),
      ([0], "1:1: control characters are not allowed (0x0)"),
      (Array("a: \u{1B}[31m\n".utf8), "1:4: control characters are not allowed (0x1B)"),
      ([0xEF, 0xBB, 0xBF] + Array("a: b\n\0".utf8), "2:1: control characters are not allowed (0x0)"),
      ([0xFF, 0xFE, 0x61, 0x00], "1:1: invalid leading UTF-8 octet (0xFF)"),
      ([0xFE, 0xFF, 0x00, 0x61], "1:1: invalid leading UTF-8 octet (0xFE)"),
      ([0xEF, 0xBB], "1:1: incomplete UTF-8 octet sequence"),
    ] as [([UInt8], String)])
  func encoding(bytes: [UInt8], expected: String) {
    let error = #expect(throws: YAMLError.self) { try YAMLParser.documents(bytes) }
    #expect(error?.description == expected)
  }
}
