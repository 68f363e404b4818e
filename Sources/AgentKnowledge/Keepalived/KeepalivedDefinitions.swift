/// The parameters of a Keepalived configuration: `$NAME=VALUE`, used from there on as `$NAME` or `${NAME}`.
///
/// A name that is not defined is no parameter: its dollar stays what it is, as in a password. Tried with Keepalived
/// 2.2.7 (`keepalived --config-test`): the name begins with a letter or `_`, nothing stands before the `=`, the longest
/// name counts, values may hold parameters and, with backslashes, several lines.
struct KeepalivedDefinitions {
  /// Replacements in one line, so that parameters that hold themselves end.
  private static let mostReplacements = 64
  private static let mostBytes = 64 << 10

  private var values: [[UInt8]: [UInt8]] = [:]

  /// Takes the line in when it defines a parameter.
  mutating func define(_ line: [UInt8]) -> Bool {
    let text = line.drop { Self.isBlank($0) }
    guard text.first == UInt8(ascii: "$") else { return false }
    let name = Self.name(text.dropFirst())
    let rest = text.dropFirst(1 + name.count)
    guard !name.isEmpty, rest.first == UInt8(ascii: "=") else { return false }
    var value = Array(rest.dropFirst().drop { Self.isBlank($0) })
    while let last = value.last, Self.isBlank(last) || last == UInt8(ascii: "\n") { value.removeLast() }
    values[Array(name)] = Self.unjoined(value)
    return true
  }

  /// The line with the values of its parameters.
  func expand(_ line: [UInt8]) -> [UInt8] {
    var text = line
    var place = 0
    for _ in 0..<Self.mostReplacements where text.count < Self.mostBytes {
      guard let (range, value) = nextParameter(in: text, from: &place) else { return text }
      text.replaceSubrange(range, with: value)
    }
    return text
  }

  private func nextParameter(in text: [UInt8], from place: inout Int) -> (Range<Int>, [UInt8])? {
    while let dollar = text[place...].firstIndex(of: UInt8(ascii: "$")) {
      let isBraced = dollar + 1 < text.count && text[dollar + 1] == UInt8(ascii: "{")
      let name = Self.name(text[(dollar + (isBraced ? 2 : 1))...])
      let isClosed = !isBraced || name.endIndex < text.count && text[name.endIndex] == UInt8(ascii: "}")
      if isClosed, let value = values[Array(name)] {
        place = dollar
        return (dollar..<(name.endIndex + (isBraced ? 1 : 0)), value)
      }
      place = dollar + 1
    }
    return nil
  }

  private static func name(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let first = text.first, isLetter(first) else { return text.prefix(0) }
    return text.prefix { isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  /// A value over several lines is several lines where it is used.
  private static func unjoined(_ value: [UInt8]) -> [UInt8] {
    var lines: [UInt8] = []
    for byte in value {
      if byte == UInt8(ascii: "\n"), lines.last == UInt8(ascii: "\\") { lines.removeLast() }
      lines.append(byte)
    }
    return lines
  }
}
