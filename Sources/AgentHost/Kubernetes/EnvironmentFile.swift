/// The files that `EnvironmentFile=` of a unit names (systemd.exec(5)).
public enum EnvironmentFile {
  /// A variable and the line where its assignment begins.
  public struct Assignment: Sendable, Equatable {
    /// The variable.
    public var name: String
    /// Its value without the quotes.
    public var value: String
    /// Line, counted from 1.
    public var line: Int

    /// Makes an assignment.
    public init(name: String, value: String, line: Int) {
      self.name = name
      self.value = value
      self.line = line
    }
  }

  /// The assignments in the order of the text; what is none is passed over, as systemd does.
  public static func parse(_ text: String) -> [Assignment] {
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
      while let scalar = peek, scalar != "=", scalar != "\n" {
        text.append(scalar)
        advance()
      }
      return trimmed(String(text))
    }

    private func isName(_ name: String) -> Bool {
      guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= first) else { return false }
      return name.unicodeScalars.allSatisfy { $0 == "_" || $0.isASCII && ($0.properties.isAlphabetic || isDigit($0)) }
    }

    private func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    /// Quoted parts are kept as they are, a backslash before the end of a line joins the next one.
    private mutating func value() -> String {
      skip { $0 == " " || $0 == "\t" }
      var text = ""
      var kept = 0
      while let scalar = peek, scalar != "\n" {
        advance()
        switch scalar {
        case "'", "\"":
          text += quoted(by: scalar)
          kept = text.unicodeScalars.count
        case "\\":
          guard let escaped = peek else { break }
          advance()
          if escaped != "\n" { text.unicodeScalars.append(escaped) }
          kept = text.unicodeScalars.count
        default: text.unicodeScalars.append(scalar)
        }
      }
      if peek == "\n" { advance() }
      return trimmedEnd(text, keeping: kept)
    }

    private mutating func quoted(by quote: Unicode.Scalar) -> String {
      var text = ""
      while let scalar = peek, scalar != quote {
        advance()
        if scalar == "\\", quote == "\"", let escaped = peek {
          advance()
          // Inside double quotes only these lose their meaning (systemd.exec(5), as in a shell).
          if escaped == "\n" { continue }
          if !"\"\\`$".unicodeScalars.contains(escaped) { text.unicodeScalars.append(scalar) }
          text.unicodeScalars.append(escaped)
        } else {
          text.unicodeScalars.append(scalar)
        }
      }
      advance()
      return text
    }

    private func trimmed(_ text: String) -> String { trimmedEnd(text, keeping: 0) }

    private func trimmedEnd(_ text: String, keeping kept: Int) -> String {
      var view = text.unicodeScalars
      while view.count > kept, let last = view.last, last == " " || last == "\t" || last == "\r" { view.removeLast() }
      return String(view)
    }

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
      skip { $0 != "\n" }
      advance()
    }
  }
}
