import Testing

@testable import AgentText

@Suite struct TOMLTextTests {
  private func read(_ text: String) throws -> TOMLText { try #require(TOMLText(Array(text.utf8))) }

  @Test func valuesStandBelowTheirTables() throws {
    let document = try read(
      "version = 2 # two\r\nroot='/data/a\\b'\n\n[ plugins . \"io.containerd.grpc.v1.cri\" ]\nx.y = \"a\\tb\\u00e4\"\n")
    #expect(document.number("version") == 2)
    #expect(document.text("root") == "/data/a\\b")
    #expect(document.text("plugins", "io.containerd.grpc.v1.cri", "x", "y") == "a\tbä")
    #expect(document.tables == [["plugins", "io.containerd.grpc.v1.cri"]])
    #expect(document.text("y") == nil && document.number("root") == nil)
  }

  @Test(arguments: [
    ("a = [\"x\", 'y']", ["x", "y"]), ("a = [ # all\n  \"x\", # one\n\n  \"y\",\n]\nb = 1", ["x", "y"]), ("a=[]", []),
    ("a = [[\"in\"], \"x\", {k = \"v\"}, 1]", ["x"]), ("a = [\"]\", \"#\"]", ["]", "#"]), ("a = [\"x\"", ["x"]),
  ]) func arraysGiveTheirTexts(text: String, list: [String]) throws { #expect(try read(text).list("a") == list) }

  @Test(arguments: [
    "# a = \"x\"", "a = x", "[[t]]\na = \"x\"", "b = \"\"\"\na = \"x\"\n\"\"\"", "b = '''\na = \"x\"'''",
    "b = {a = \"x\"}",
    "a \"x\"", "a = \"x\nb = 1", "= \"x\"", "[", "[t\na = 1",
  ]) func whatIsNoTextOfTheKeyIsNone(text: String) throws { #expect(try read(text).text("a") == nil) }

  @Test func whatFollowsAFaultIsRead() throws {
    #expect(try read("x = \"open\n{}\na = \"x\"").text("a") == "x")
    #expect(try read("b = \"\"\"\nq\"\"\"\na = '''x'''").text("a") == "x")
    #expect(TOMLText([0x61, 0xFF]) == nil)
  }

  /// Four megabytes of what makes a recursive or quadratic reader fail.
  @Test(arguments: ["[", "{", "a=[", "a.", "[a.", "\"", "'''", "a=\"\\u", "\n", "a={b=", "]"])
  func hostileTextIsGoneThroughOnce(part: String) throws {
    let text = String(repeating: part, count: 4_000_000 / part.utf8.count)
    #expect(try read(text).text("x") == nil)
    let deep = String(repeating: "[", count: 10_000)
    #expect(try read("a = \(deep)\"x\"\(String(repeating: "]", count: 10_000))\nb = \"y\"").text("b") == "y")
    let keys = "[\(String(repeating: "a.", count: 500_000))a]\n" + String(repeating: "k=1\n", count: 500_000)
    #expect(try read(keys).tables.isEmpty)
  }
}
