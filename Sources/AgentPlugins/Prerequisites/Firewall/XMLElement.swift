/// An element of a small XML document: its name, its attributes and the elements in it. Text between elements is left
/// out.
struct XMLElement: Sendable, Equatable {
  var name: String
  var attributes: [String: String] = [:]
  var children: [XMLElement] = []

  /// The children of a name.
  func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

  /// The root of a document; nil where it is not well formed, deeper than 16 elements, or has more than 20 000.
  ///
  /// A document type is passed over and declares nothing: only the five entities of XML 1.0 and numbers are known.
  static func parse(_ document: [UInt8]) -> XMLElement? {
    var reader = XMLReader(document)
    return reader.root()
  }
}

/// Reads XML 1.0 without validation, in one pass.
private struct XMLReader {
  private static let deepest = 16
  private static let most = 20_000

  private let bytes: [UInt8]
  private var position = 0
  private var open: [XMLElement] = []
  private var count = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func root() -> XMLElement? {
    while let start = bytes[position...].firstIndex(of: UInt8(ascii: "<")) {
      position = start + 1
      if starts("!--") {
        guard skip(past: "-->") else { return nil }
      } else if starts("![CDATA[") {
        guard skip(past: "]]>") else { return nil }
      } else if starts("?") || starts("!") {
        guard skip(past: ">") else { return nil }
      } else if starts("/") {
        position += 1
        guard let done = endTag() else { return nil }
        if let done = close(done) { return done }
      } else {
        guard let element = startTag() else { return nil }
        if let done = element { return done }
      }
    }
    return nil
  }

  /// The root where this tag is the whole document, `.some(nil)` for another tag, nil for none.
  private mutating func startTag() -> XMLElement?? {
    count += 1
    guard count <= Self.most, open.count < Self.deepest, let name = name() else { return nil }
    var element = XMLElement(name: name)
    while let next = byteAfterBlanks() {
      position += 1
      switch next {
      case UInt8(ascii: ">"):
        open.append(element)
        return .some(nil)
      case UInt8(ascii: "/"):
        guard starts(">") else { return nil }
        position += 1
        return .some(close(element))
      default:
        position -= 1
        guard let (key, value) = attribute() else { return nil }
        element.attributes[key] = value
      }
    }
    return nil
  }

  /// The element that an end tag ends; nil for a tag that ends none.
  private mutating func endTag() -> XMLElement? {
    guard let name = name(), byteAfterBlanks() == UInt8(ascii: ">"), open.last?.name == name else { return nil }
    position += 1
    return open.removeLast()
  }

  /// Puts a finished element into the one around it; the element where it is the root.
  private mutating func close(_ element: XMLElement) -> XMLElement? {
    guard !open.isEmpty else { return element }
    open[open.count - 1].children.append(element)
    return nil
  }

  private mutating func attribute() -> (String, String)? {
    guard let key = name(), byteAfterBlanks() == UInt8(ascii: "=") else { return nil }
    position += 1
    guard let quote = byteAfterBlanks(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
      let end = bytes[(position + 1)...].firstIndex(of: quote)
    else { return nil }
    let raw = String(decoding: bytes[(position + 1)..<end], as: UTF8.self)
    position = end + 1
    return (key, Self.decode(raw))
  }

  /// Everything up to a blank or a sign of the syntax.
  private mutating func name() -> String? {
    let rest = bytes[position...]
    let end: Int = rest.firstIndex { $0 <= 0x20 || "=/><\"'".utf8.contains($0) } ?? rest.endIndex
    guard end > position else { return nil }
    defer { position = end }
    return String(decoding: bytes[position..<end], as: UTF8.self)
  }

  private mutating func byteAfterBlanks() -> UInt8? {
    while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
    return position < bytes.count ? bytes[position] : nil
  }

  private func starts(_ text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

  private mutating func skip(past text: String) -> Bool {
    guard let end = bytes[position...].firstRange(of: Array(text.utf8))?.upperBound else { return false }
    position = end
    return true
  }

  private static func decode(_ text: String) -> String {
    guard text.contains("&") else { return text }
    var result = ""
    var rest = Substring(text)
    while let start = rest.firstIndex(of: "&") {
      result += rest[..<start]
      rest = rest[rest.index(after: start)...]
      guard let end = rest.firstIndex(of: ";"), let character = character(rest[..<end]) else {
        result += "&"
        continue
      }
      result.append(character)
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  private static func character(_ entity: Substring) -> Character? {
    switch entity {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default:
      guard entity.hasPrefix("#") else { return nil }
      let digits = entity.dropFirst()
      let number = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
      return number.flatMap(Unicode.Scalar.init).map(Character.init)
    }
  }
}
