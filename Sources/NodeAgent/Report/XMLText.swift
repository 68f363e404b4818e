/// An XML document that is being written, element by element, indented.
struct XMLText {
  private(set) var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
  private var depth = 0

  /// Begins an element that has others in it.
  mutating func open(_ name: String, _ attributes: [(String, String)] = []) {
    line("<\(Self.start(name, attributes))>")
    depth += 1
  }

  /// Ends the element that was begun last.
  mutating func close(_ name: String) {
    depth -= 1
    line("</\(name)>")
  }

  /// An element with nothing in it.
  mutating func empty(_ name: String, _ attributes: [(String, String)]) {
    line("<\(Self.start(name, attributes))/>")
  }

  /// An element with text in it, kept as it is.
  mutating func leaf(_ name: String, _ attributes: [(String, String)], text: String) {
    guard !text.isEmpty else { return empty(name, attributes) }
    line("<\(Self.start(name, attributes))>\(Self.escaped(text, inAttribute: false))</\(name)>")
  }

  private mutating func line(_ content: String) {
    text += String(repeating: "  ", count: depth) + content + "\n"
  }

  private static func start(_ name: String, _ attributes: [(String, String)]) -> String {
    name + attributes.map { " \($0.0)=\"\(escaped($0.1, inAttribute: true))\"" }.joined()
  }

  /// Tabs and line breaks in attributes are written as references, since a reader makes spaces of them; a carriage
  /// return everywhere, since a reader makes a line feed of it (XML 1.0, sections 2.11 and 3.3.3).
  private static func escaped(_ text: String, inAttribute: Bool) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"" where inAttribute: escaped += "&quot;"
      case "\t" where inAttribute, "\n" where inAttribute, "\r": escaped += "&#\(scalar.value);"
      default: escaped.unicodeScalars.append(isAllowed(scalar) ? scalar : "\u{FFFD}")
      }
    }
    return escaped
  }

  /// Char of XML 1.0, section 2.2; a Swift scalar is never a surrogate.
  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x9, 0xA, 0xD: true
    case 0x20...0xFFFD, 0x1_0000...: true
    default: false
    }
  }
}
