import AgentText
/// The strings of a TOML document (https://toml.io/en/v1.0.0) that stand on one line, by table and key.
///
/// That is how encoders write values. Other values, and what multi-line strings hold, are passed over.
struct TOMLStrings {
  /// The tables, in the order of the document: `crio.runtime`.
  private(set) var tables: [String] = []
  private var values: [String: [String: String]] = [:]

  init(_ text: String) {
    var table = ""
    var multiline: String?
    for line in text.split(whereSeparator: \.isNewline) {
      let line = line.withoutBlanks
      if let end = multiline {
        if line.contains(end) { multiline = nil }
      } else if line.hasPrefix("[") {
        table = Self.name(ofTable: line)
        tables.append(table)
      } else if let equals = line.firstIndex(of: "="), !line.hasPrefix("#") {
        let value = line[line.index(after: equals)...].withoutBlanks
        multiline = Self.openEnd(of: value)
        values[table, default: [:]][String(line[..<equals].withoutBlanks)] = Self.string(value)
      }
    }
  }

  subscript(table: String, key: String) -> String? { values[table]?[key] }

  /// `crio.runtime` of `[crio.runtime]`; an item of `[[a.b]]` is `[a.b]`, which is nobody's table.
  private static func name(ofTable line: Substring) -> String {
    let inside = line.dropFirst().prefix { $0 != "]" }
    return inside.split(separator: ".").map(\.withoutBlanks).joined(separator: ".")
  }

  /// The quotes that end a multi-line string which begins and does not end on this line.
  private static func openEnd(of value: Substring) -> String? {
    ["\"\"\"", "'''"].first { value.hasPrefix($0) && !value.dropFirst(3).contains($0) }
  }

  /// A basic string (`"a\tb"`) or a literal one (`'C:\x'`); nil for any other value.
  private static func string(_ value: Substring) -> String? {
    guard let quote = value.first, quote == "\"" || quote == "'" else { return nil }
    var text = ""
    var rest = value.dropFirst()
    while let character = rest.popFirst() {
      if character == quote { return text }
      if character == "\\", quote == "\"" {
        guard let escaped = unescape(&rest) else { return nil }
        text.unicodeScalars.append(escaped)
      } else {
        text.append(character)
      }
    }
    return nil
  }

  /// What follows a backslash.
  private static func unescape(_ rest: inout Substring) -> Unicode.Scalar? {
    switch rest.popFirst() {
    case "b": "\u{8}"
    case "t": "\t"
    case "n": "\n"
    case "f": "\u{c}"
    case "r": "\r"
    case "\"": "\""
    case "\\": "\\"
    case "u": hexadecimal(&rest, digits: 4)
    case "U": hexadecimal(&rest, digits: 8)
    default: nil
    }
  }

  private static func hexadecimal(_ rest: inout Substring, digits: Int) -> Unicode.Scalar? {
    let text = rest.prefix(digits)
    rest = rest.dropFirst(digits)
    return UInt32(text, radix: 16).flatMap { Unicode.Scalar($0) }
  }
}
