import Testing

@testable import AgentText

@Suite("YAML scalars follow the 1.2 core schema")
struct CoreSchemaTests {
  @Test(
    "A plain scalar has the type of its form",
    arguments: [
      ("true", .bool(true)), ("True", .bool(true)), ("TRUE", .bool(true)), ("tRUE", .string),
      ("false", .bool(false)), ("False", .bool(false)), ("FALSE", .bool(false)),
      ("yes", .string), ("no", .string), ("on", .string), ("off", .string), ("y", .string), ("N", .string),
      ("null", .null), ("Null", .null), ("NULL", .null), ("~", .null), ("nULL", .string), ("None", .string),
      ("0", .int(0)), ("-0", .int(0)), ("+12", .int(12)), ("-12", .int(-12)), ("0777", .int(777)), ("08", .int(8)),
      ("0x1F", .int(31)), ("0xff", .int(255)), ("0o17", .int(15)), ("0o8", .string), ("0x", .string), ("0o", .string),
      ("-0x1", .string), ("0b1", .string), ("1_000", .string), ("+", .string), ("-", .string), ("--1", .string),
      ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
      ("9223372036854775808", .hugeInt), ("0xffffffffffffffff", .hugeInt),
      ("1.5", .float(1.5)), ("1.", .float(1)), (".5", .float(0.5)), ("-.5", .float(-0.5)), ("1e3", .float(1000)),
      ("1E-2", .float(0.01)), ("+1.5e+1", .float(15)), (".", .string), ("1e", .string), ("e1", .string),
      ("1.2.3", .string), ("0x1p3", .string), ("inf", .string), ("nan", .string), ("infinity", .string),
      (".inf", .float(.infinity)), ("+.INF", .float(.infinity)), ("-.Inf", .float(-.infinity)),
      ("1:30", .string), ("190:20:30", .string), ("2001-12-14", .string), ("<<", .string), ("=", .string),
      ("١٢", .string), ("30s", .string), ("192.168.1.1", .string),
    ] as [(String, CoreScalar)])
  func plainScalar(text: String, expected: CoreScalar) {
    #expect(CoreScalar(plain: text) == expected)
  }

  @Test("Quotes make a string of anything", arguments: ["true", "12", "1.5", "null", "~", ""])
  func quotedScalar(text: String) throws {
    for quoted in ["'\(text)'", "\"\(text)\""] {
      let node = try #require(try YAMLParser.document(Array(quoted.utf8)))
      #expect(node.string == text)
      #expect(node.bool == nil && node.int == nil && node.double == nil && !node.isNull)
    }
  }

  @Test("Block scalars are strings")
  func blockScalar() throws {
    let node = try #require(try YAMLParser.document(Array("a: |\n  12\nb: >-\n  true\n".utf8)))
    #expect(node["a"]?.string == "12\n")
    #expect(node["b"]?.string == "true")
  }

  @Test(
    "A tag decides before the form",
    arguments: [
      ("!!str 12", .string), ("!!str true", .string), ("!!int \"12\"", .int(12)), ("!!bool 'true'", .bool(true)),
      ("!!null ''", .null), ("!!float 3", .float(3)), ("!!int abc", .string), ("!local 12", .string),
    ] as [(String, CoreScalar)])
  func taggedScalar(text: String, expected: CoreScalar) throws {
    let node = try #require(try YAMLParser.document(Array(text.utf8)))
    #expect(node.scalar == expected)
  }

  @Test("Not a number is a float")
  func notANumber() throws {
    let node = try #require(try YAMLParser.document(Array(".NaN".utf8)))
    #expect(try #require(node.double).isNaN)
  }
}

extension YAMLNode {
  /// The text of a scalar that is a string: quoted, tagged `!!str`, or plain and of no other type.
  var string: String? { scalar == .string ? text : nil }
}
