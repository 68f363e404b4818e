import Testing

@testable import AgentText

@Suite("YAML limits hold against hostile texts")
struct YAMLLimitTests {
  private func failure(_ text: String, limits: YAMLLimits = .init()) -> String? {
    let error = #expect(throws: YAMLError.self) { try YAMLParser.documents(Array(text.utf8), limits: limits) }
    return error?.description
  }

  @Test(
    "100 000 openings stop at the depth limit",
    arguments: [
      ("[", "1:65: nested deeper than 64 levels"),
      ("{a: ", "1:257: nested deeper than 64 levels"),
      ("- ", "1:129: nested deeper than 64 levels"),
      ("? ", "1:3: a key must be a scalar, not a list or a mapping"),
      ("{", "1:2: a key must be a scalar, not a list or a mapping"),
      ("[{", "1:3: a key must be a scalar, not a list or a mapping"),
      ("[\n", "65:1: nested deeper than 64 levels"),
    ])
  func openings(opening: String, expected: String) {
    #expect(failure(String(repeating: opening, count: 100_000)) == expected)
  }

  @Test("64 levels are allowed, and 65 are not")
  func depth() throws {
    let allowed = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(try YAMLParser.documents(Array(allowed.utf8)).count == 1)
    #expect(failure("[\(allowed)]") == "1:65: nested deeper than 64 levels")
  }

  @Test("Levels that an alias adds count")
  func aliasDepth() throws {
    let text = "a: &a [[[x]]]\nb: [*a]\n"
    #expect(try YAMLParser.documents(Array(text.utf8), limits: YAMLLimits(depth: 5)).count == 1)
    #expect(failure(text, limits: YAMLLimits(depth: 4)) == "2:5: nested deeper than 4 levels")
  }

  @Test("Nodes are counted in all documents together, keys too")
  func nodes() throws {
    let text = "{a: 1}\n---\n[b]\n"
    #expect(try YAMLParser.documents(Array(text.utf8), limits: YAMLLimits(nodes: 5)).count == 2)
    #expect(failure(text, limits: YAMLLimits(nodes: 4)) == "3:2: more than 4 nodes")
    #expect(failure(String(repeating: "---\n", count: 100_001))?.hasSuffix("more than 100000 nodes") == true)
  }

  @Test("An alias bomb stops when what it repeats passes the node limit")
  func laughs() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...20 {
      let items = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(items)]\n"
    }
    #expect(failure(text) == "6:10: more than 100000 nodes")
  }

  @Test("An alias bomb of mappings within the node limit is small and comparable")
  func sharedTrees() throws {
    let text = "a: &a {k: {k: {k: v}}}\nb: [" + String(repeating: "*a, ", count: 1_000) + "]\n"
    let node = try #require(try YAMLParser.document(Array(text.utf8)))
    #expect(node["b"]?.sequence?.count == 1_000)
    #expect(node == (try YAMLParser.document(Array(text.utf8))))
  }

  @Test("Aliases are counted")
  func aliases() throws {
    let text = "[&a x, *a, *a, *a]"
    #expect(try YAMLParser.documents(Array(text.utf8), limits: YAMLLimits(aliases: 3)).count == 1)
    #expect(failure(text, limits: YAMLLimits(aliases: 2)) == "1:16: more than 2 aliases")
  }

  @Test("Scalars are measured in bytes after unescaping, keys too")
  func scalarBytes() throws {
    let limits = YAMLLimits(scalarBytes: 4)
    #expect(try YAMLParser.document(Array("\"\\u00fc\\u00fc\"".utf8), limits: limits)?.text == "üü")
    #expect(failure("[abcde]", limits: limits) == "1:2: scalar longer than 4 bytes")
    #expect(failure("abcde: x", limits: limits) == "1:1: scalar longer than 4 bytes")
    #expect(failure("x: " + String(repeating: "é", count: 524_289)) == "1:4: scalar longer than 1048576 bytes")
  }

  @Test("Many duplicate keys under a long key stay cheap to report")
  func duplicatesUnderLongKey() throws {
    let text =
      "? " + String(repeating: "k", count: 1_000_000) + "\n: {" + String(repeating: "a: , ", count: 30_000) + "}"
    let tree = try YAMLParser.build(Array(text.utf8), limits: .init(), atMost: .max)
    #expect(tree.duplicates.count == 100)
    #expect(tree.duplicates.allSatisfy { $0.path == String(repeating: "k", count: 60) + "….a" })
  }
}
