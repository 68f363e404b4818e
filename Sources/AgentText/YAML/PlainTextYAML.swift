extension PlainText {
  /// A text as a YAML value on one line: plain where that gives the same string back, else in double quotes.
  package static func yaml(_ text: String) -> String {
    if isPlain(text) { return text }
    var result = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" || scalar == "\\" { result += "\\" }
      if isVisible(scalar) { result.unicodeScalars.append(scalar) } else { result += escape(scalar) }
    }
    return result + "\""
  }

  /// Strict: everything that plain scalars allow only in some places is quoted.
  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: ":"),
      text.utf8.last != UInt8(ascii: ":"), CoreScalar(plain: text) == .string
    else { return false }
    return text.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || "0123456789_./:+-".unicodeScalars.contains($0))
    }
  }
}
