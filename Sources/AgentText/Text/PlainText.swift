/// Text from a file as messages show it: short, on one line, without characters that a terminal would obey and without
/// the user information of URLs.
package enum PlainText {
  /// A text with its invisible characters escaped, cut after `length` characters.
  package static func short(_ text: String, length: Int = 60) -> String {
    var result = ""
    var left = length
    // Masked before it is cut: what is left of a cut URL does not show where its user information ends.
    for scalar in SecretText.maskingUserInformation(text).unicodeScalars {
      guard left > 0 else { return result + "…" }
      left -= 1
      if isVisible(scalar) { result.unicodeScalars.append(scalar) } else { result += escape(scalar) }
    }
    return result
  }

  /// A text of at most so many bytes of UTF-8, cut between characters and marked where it was.
  package static func cut(_ text: String, bytes: Int) -> String {
    guard text.utf8.count > bytes else { return text }
    let mark = " …"
    var end = text.utf8.index(text.startIndex, offsetBy: max(0, bytes - mark.utf8.count))
    while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
    return String(text[..<end]) + mark
  }

  /// Whether a terminal shows it and does not obey it.
  static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate: false
    default: true
    }
  }

  /// An escape that YAML's double quotes read back.
  static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default:
      let digits = String(scalar.value, radix: 16)
      let (letter, width) = scalar.value <= 0xFF ? ("x", 2) : scalar.value <= 0xFFFF ? ("u", 4) : ("U", 8)
      return "\\\(letter)" + String(repeating: "0", count: width - digits.count) + digits
    }
  }
}
