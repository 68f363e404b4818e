import Testing

@testable import AgentText

@Suite("YAML texts become trees")
struct YAMLParserTests {
  private func parse(_ text: String) throws -> YAMLNode {
    try #require(try YAMLParser.document(Array(text.utf8)))
  }

  @Test("Keys keep their order and everything has its mark")
  func order() throws {
    let node = try parse("b: 1\na:\n  - x\n  -  {c: d}\n")
    let entries = try #require(node.mapping)
    #expect(entries.map(\.key) == ["b", "a"])
    #expect(entries.map(\.keyMark) == [SourceMark(line: 1, column: 1), SourceMark(line: 2, column: 1)])
    #expect(node["b"]?.mark == SourceMark(line: 1, column: 4))
    #expect(node["a"]?.mark == SourceMark(line: 3, column: 3))
    #expect(node["a"]?.sequence?[1].mark == SourceMark(line: 4, column: 6))
    #expect(node["a"]?.sequence?[1]["c"]?.mark == SourceMark(line: 4, column: 10))
  }

  @Test("Columns count characters, not bytes")
  func columns() throws {
    #expect(try parse("{ü🦆: x}")["ü🦆"]?.mark == SourceMark(line: 1, column: 6))
  }

  @Test("A byte order mark is no character")
  func byteOrderMark() throws {
    #expect(try parse("\u{FEFF}a: b")["a"]?.mark == SourceMark(line: 1, column: 4))
    #expect(try YAMLParser.documents([0xEF, 0xBB, 0xBF]) == [])
  }

  @Test("Lines end with LF, CR LF, CR or the text", arguments: ["\n", "\r\n", "\r"])
  func lineEnds(end: String) throws {
    let node = try parse("a: 1\(end)b:\(end)  c: d")
    #expect(node[path: "b", "c"]?.string == "d")
    #expect(node[path: "b", "c"]?.mark == SourceMark(line: 3, column: 6))
  }

  @Test("A text without content has no document", arguments: ["", "\n", "# comment\n", "  \r\n  # x"])
  func empty(text: String) throws {
    #expect(try YAMLParser.documents(Array(text.utf8)) == [])
    #expect(try YAMLParser.document(Array(text.utf8)) == nil)
  }

  @Test("An empty document is a null")
  func emptyDocument() throws {
    #expect(try parse("---\n").isNull)
    #expect(try YAMLParser.documents(Array("---\n---\na: 1\n".utf8)).map(\.isNull) == [true, false])
  }

  @Test("The first document is read without looking further")
  func firstDocument() throws {
    #expect(try parse("a: 1\n---\n[}\n")["a"]?.int == 1)
    #expect(throws: YAMLError.self) { try YAMLParser.documents(Array("a: 1\n---\n[}\n".utf8)) }
  }

  @Test("JSON is YAML")
  func json() throws {
    let node = try parse("{\"a\":[1,2.5,null,true,\"\\u00fc\\/\"],\n\t\"b\":{}}")
    let items = try #require(node["a"]?.sequence)
    #expect(items[0].int == 1 && items[1].double == 2.5 && items[2].isNull && items[3].bool == true)
    #expect(items[4].string == "ü/")
    #expect(node["b"]?.mapping == [])
  }

  @Test("An alias is the anchored node, marked where it stands")
  func alias() throws {
    let node = try parse("a: &x {k: v}\nb: *x\n*y : z\n".replacing("*y", with: "c"))
    #expect(node[path: "b", "k"]?.string == "v")
    #expect(node["b"]?.mark == SourceMark(line: 2, column: 4))
    #expect(node[path: "b", "k"]?.mark == SourceMark(line: 1, column: 11))
  }

  @Test("An anchor may be given again, and a key may be an alias")
  func anchorAgain() throws {
    let node = try parse("[&x a, *x, &x b, *x, {*x : c}]")
    #expect(node.sequence?.prefix(4).map(\.text) == ["a", "a", "b", "b"])
    #expect(node.sequence?[4]["b"]?.string == "c")
  }

  @Test("A merge key is an ordinary key")
  func mergeKey() throws {
    let node = try parse("a: &x {k: v}\nb: {<<: *x}\n")
    #expect(node[path: "b", "k"] == nil)
    #expect(node[path: "b", "<<", "k"]?.string == "v")
  }

  @Test("The last of duplicate keys wins on request, in the place of the first")
  func duplicateKeys() throws {
    let text = Array("a: 1\nb: 2\na: 3\n".utf8)
    let node = try #require(try YAMLParser.document(text, allowDuplicateKeys: true))
    #expect(node.mapping?.map(\.key) == ["a", "b"])
    #expect(node["a"]?.int == 3)
    #expect(node["a"]?.mark.line == 3)
  }

  @Test("A very long line is read, and its marks hold")
  func longLine() throws {
    let text = "a: [" + String(repeating: "x, ", count: 40_000) + "y]"
    let items = try #require(try parse(text)["a"]?.sequence)
    #expect(items.count == 40_001)
    #expect(items.last?.mark == SourceMark(line: 1, column: 120_005))
  }

  @Test("Accessors answer nil for another type")
  func accessors() throws {
    let node = try parse("{s: text, i: 5, f: 1.5, h: 99999999999999999999, l: [a], n: , q: \"5\"}")
    #expect(node["s"]?.int == nil && node["s"]?.bool == nil && node["s"]?.sequence == nil && node["s"]?["x"] == nil)
    #expect(node["i"]?.string == nil && node["i"]?.text == "5" && node["i"]?.double == 5)
    #expect(node["f"]?.int == nil && node["f"]?.double == 1.5)
    #expect(node["h"]?.int == nil && node["h"]?.double == 1e20)
    #expect(node["l"]?.text == nil && node["l"]?.mapping == nil && node["l"]?.isNull == false)
    #expect(node["n"]?.isNull == true && node["n"]?.string == nil)
    #expect(node["q"]?.text == "5" && node["q"]?.int == nil)
    #expect(node["missing"] == nil && node[path: "l", "x"] == nil)
  }
}
