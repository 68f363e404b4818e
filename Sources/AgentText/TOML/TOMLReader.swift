/// Goes through the bytes of a TOML document.
struct TOMLReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// The first byte of the next line that says something; nil at the end.
  mutating func nextStatement() -> UInt8? {
    skipBetween()
    return byte
  }

  /// To the end of the line.
  mutating func skipLine() {
    while let next = byte, next != UInt8(ascii: "\n") { position += 1 }
  }

  /// The table of `[a."b.c"]`; nil for an item of `[[…]]`, and for one that is too deep or no table.
  mutating func header(deepest: Int) -> [String]? {
    position += 1
    let isItem = byte == UInt8(ascii: "[")
    if isItem { position += 1 }
    let path = names(until: UInt8(ascii: "]"), deepest: deepest)
    return isItem ? nil : path
  }

  /// The names before `=`, which is passed; nil where there is no `=` on the line or they are too many.
  mutating func key(deepest: Int) -> [String]? { names(until: UInt8(ascii: "="), deepest: deepest) }

  /// The value at this place; nil where it is none of those that are kept.
  mutating func value() -> TOMLText.Value? {
    skipBlanks()
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return string().map { .text($0) }
    case UInt8(ascii: "["): return .list(list())
    case UInt8(ascii: "{"):
      _ = list()
      return nil
    default:
      let word = word()
      return word.isEmpty ? nil : .word(word)
    }
  }

  // MARK: parts

  private mutating func names(until end: UInt8, deepest: Int) -> [String]? {
    var names: [String] = []
    var count = 0
    while let next = byte, next != UInt8(ascii: "\n") {
      if next == end {
        position += 1
        return names.isEmpty || count > deepest ? nil : names
      }
      if next == UInt8(ascii: "."), !names.isEmpty {
        position += 1
      } else if Self.isBlank(next) {
        position += 1
      } else if let name = name() {
        count += 1
        if count <= deepest { names.append(name) }
      } else {
        return nil
      }
    }
    return nil
  }

  private mutating func name() -> String? {
    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return string() }
    let start = position
    while let next = byte, Self.isName(next) { position += 1 }
    return start == position ? nil : String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// The strings of an array that stand in no inner one; the position is behind its end then.
  private mutating func list() -> [String] {
    var strings: [String] = []
    var depth = 0
    repeat {
      skipBetween()
      guard let next = byte else { break }
      switch next {
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        position += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        depth -= 1
        position += 1
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        if let string = string(), depth == 1 { strings.append(string) }
      default: position += 1
      }
    } while depth > 0
    return strings
  }

  /// A string of any of the four kinds; nil where it does not end.
  private mutating func string() -> String? {
    guard let quote = byte else { return nil }
    let isLong = bytes[position...].starts(with: [quote, quote, quote])
    position += isLong ? 3 : 1
    var text: [UInt8] = []
    if isLong {
      if byte == UInt8(ascii: "\r") { position += 1 }
      if byte == UInt8(ascii: "\n") { position += 1 }
    }
    while let next = byte {
      if next == quote, !isLong || bytes[position...].starts(with: [quote, quote, quote]) {
        position += isLong ? 3 : 1
        return String(decoding: text, as: UTF8.self)
      }
      if next == UInt8(ascii: "\n"), !isLong { return nil }
      position += 1
      if next == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
        guard unescape(into: &text) else { return nil }
      } else {
        text.append(next)
      }
    }
    return nil
  }

  /// What follows a backslash.
  private mutating func unescape(into text: inout [UInt8]) -> Bool {
    guard let next = byte else { return false }
    position += 1
    switch next {
    case UInt8(ascii: "b"): text.append(8)
    case UInt8(ascii: "t"): text.append(9)
    case UInt8(ascii: "n"): text.append(10)
    case UInt8(ascii: "f"): text.append(12)
    case UInt8(ascii: "r"): text.append(13)
    case UInt8(ascii: "e"): text.append(27)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(next)
    case UInt8(ascii: "u"): return scalar(digits: 4, into: &text)
    case UInt8(ascii: "U"): return scalar(digits: 8, into: &text)
    // A backslash at the end of a line of a long string joins it with the next.
    case UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: " "), UInt8(ascii: "\t"):
      while let blank = byte, Self.isBlank(blank) || blank == UInt8(ascii: "\n") { position += 1 }
    default: return false
    }
    return true
  }

  private mutating func scalar(digits: Int, into text: inout [UInt8]) -> Bool {
    let end = min(position + digits, bytes.count)
    let number = UInt32(String(decoding: bytes[position..<end], as: UTF8.self), radix: 16)
    guard let scalar = number.flatMap(Unicode.Scalar.init) else { return false }
    position = end
    text += Array(String(Character(scalar)).utf8)
    return true
  }

  private mutating func word() -> String {
    let start = position
    while let next = byte, !Self.isBlank(next), !Self.ends.contains(next) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func skipBlanks() {
    while let next = byte, Self.isBlank(next) { position += 1 }
  }

  /// Blanks, line ends and comments.
  private mutating func skipBetween() {
    while let next = byte {
      if next == UInt8(ascii: "#") {
        skipLine()
      } else if Self.isBlank(next) || next == UInt8(ascii: "\n") {
        position += 1
      } else {
        return
      }
    }
  }

  private static let ends = Array("\n#,]}".utf8)

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  private static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
