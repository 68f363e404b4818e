import AgentText

/// The files that `EnvironmentFile=` of a unit names (systemd.exec(5)).
package enum EnvironmentFile {
  /// A variable and the line where its assignment begins.
  package struct Assignment: Sendable, Equatable {
    /// The variable.
    package var name: String
    /// Its value without the quotes.
    package var value: String
    /// Line, counted from 1.
    package var line: Int

    /// Makes an assignment.
    package init(name: String, value: String, line: Int) {
      self.name = name
      self.value = value
      self.line = line
    }
  }

  /// The assignments in the order of the text; what is none is passed over, as systemd does.
  package static func parse(_ text: String) -> [Assignment] {
    var reader = Reader(text)
    var assignments: [Assignment] = []
    while let next = reader.next() {
      if let assignment = next { assignments.append(assignment) }
    }
    return assignments
  }

  private struct Reader {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var line = 1

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    /// The assignment of the next line, `.some(nil)` for a line without one, nil at the end.
    mutating func next() -> Assignment?? {
      skip { $0 == " " || $0 == "\t" || $0 == "\r" }
      guard let first = peek else { return nil }
      let start = line
      if first == "\n" {
        advance()
        return .some(nil)
      }
      if first == "#" || first == ";" {
        skipLine()
        return .some(nil)
      }
      let name = word()
      guard peek == "=" else {
        skipLine()
        return .some(nil)
      }
      advance()
      return isName(name) ? Assignment(name: name, value: value(), line: start) : ignoreValue()
    }

    private mutating func ignoreValue() -> Assignment?? {
      _ = value()
      return .some(nil)
    }

    private mutating func word() -> String {
      var text = String.UnicodeScalarView()
      while let scalar = peek, scalar != "=", !Self.isLineEnd(scalar) {
        text.append(scalar)
        advance()
      }
      return String(String(text).withoutBlanks)
    }

    private func isName(_ name: String) -> Bool {
      guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= first) else { return false }
      return name.unicodeScalars.allSatisfy { $0 == "_" || $0.isASCII && ($0.properties.isAlphabetic || isDigit($0)) }
    }

    private func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    /// Quotes count only before the first character outside of them: later ones are part of the value, as in
    /// `A=5" disk`. A backslash takes the next character, and joins the next line at the end of one.
    private mutating func value() -> String {
      var text = String.UnicodeScalarView()
      // White space at the end of the unquoted part: it goes where the line ends.
      var blanks = 0
      var isPlain = false
      while let scalar = peek, !Self.isLineEnd(scalar) {
        advance()
        switch scalar {
        case "'" where !isPlain: takeSingleQuoted(into: &text)
        case "\"" where !isPlain: takeDoubleQuoted(into: &text)
        case "\\":
          takeEscaped(into: &text)
          (isPlain, blanks) = (true, 0)
        case " ", "\t":
          guard isPlain else { break }
          text.append(scalar)
          blanks += 1
        default:
          text.append(scalar)
          (isPlain, blanks) = (true, 0)
        }
      }
      text.removeLast(blanks)
      advance()
      return String(text)
    }

    private mutating func takeEscaped(into text: inout String.UnicodeScalarView) {
      guard let escaped = peek else { return }
      advance()
      if !Self.isLineEnd(escaped) { text.append(escaped) }
    }

    private mutating func takeSingleQuoted(into text: inout String.UnicodeScalarView) {
      while let scalar = peek, scalar != "'" {
        advance()
        text.append(scalar)
      }
      advance()
    }

    private mutating func takeDoubleQuoted(into text: inout String.UnicodeScalarView) {
      while let scalar = peek, scalar != "\"" {
        advance()
        guard scalar == "\\", let escaped = peek else {
          text.append(scalar)
          continue
        }
        advance()
        if escaped == "\n" { continue }
        // Inside double quotes only these lose their meaning (systemd.exec(5), as in a shell).
        if !"\"\\`$".unicodeScalars.contains(escaped) { text.append(scalar) }
        text.append(escaped)
      }
      advance()
    }

    /// systemd ends a line at a carriage return too (src/basic/env-file.c, NEWLINE).
    private static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool { scalar == "\n" || scalar == "\r" }

    private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func advance() {
      guard position < scalars.count else { return }
      if scalars[position] == "\n" { line += 1 }
      position += 1
    }

    private mutating func skip(while condition: (Unicode.Scalar) -> Bool) {
      while let scalar = peek, condition(scalar) { advance() }
    }

    private mutating func skipLine() {
      skip { !Self.isLineEnd($0) }
      advance()
    }
  }
}
