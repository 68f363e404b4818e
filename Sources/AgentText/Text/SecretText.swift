/// Takes secrets out of text before it becomes a fact.
package enum SecretText {
  /// What stands in a secret's place.
  package static let mask = "***"

  /// The text with the user information of every URL in it masked: `http://user:word@host` is `http://***@host`.
  ///
  /// User information ends at the last `@` of the authority, which ends at `/`, `?`, `#`, a quote or white space
  /// (RFC 3986, section 3.2); a password with an unescaped `/` is masked up to the next `@` too.
  package static func maskingUserInformation(_ text: String) -> String {
    // One pass, word by word: nothing behind the last `@` of a word is user information.
    var result = ""
    var rest = text[...]
    while !rest.isEmpty {
      let word = rest.prefix { !isEnd($0) }
      result += masked(word)
      rest = rest[word.endIndex...]
      let gap = rest.prefix(while: isEnd)
      result += gap
      rest = rest[gap.endIndex...]
    }
    return result
  }

  private static func isEnd(_ character: Character) -> Bool {
    character.isWhitespace || character == "\"" || character == "'" || character == ","
  }

  private static func masked(_ word: Substring) -> String {
    guard let start = word.firstRange(of: "://")?.upperBound, let at = word[start...].lastIndex(of: "@") else {
      return String(word)
    }
    return word[..<start] + mask + word[at...]
  }

  /// A line of a log with what gives access masked: user information of URLs, the word after `Bearer` (RFC 6750, section
  /// 2.1) and `Basic` (RFC 7617), and the value of `NAME=VALUE` and `"NAME": "VALUE"` where the name is a secret's.
  package static func maskingCredentials(_ line: String) -> String {
    let text = Array(maskingUserInformation(line))
    var result = ""
    var position = 0
    while position < text.count {
      let word = text[position...].prefix(while: isNameCharacter)
      guard !word.isEmpty else {
        result.append(text[position])
        position += 1
        continue
      }
      result += String(word)
      position = word.endIndex
      guard let value = valueStart(after: String(word), in: text, at: position) else { continue }
      result += String(text[position..<value])
      let isQuoted = value > 0 && isQuote(text[value - 1])
      let secret = text[value...].prefix { isQuoted ? !isQuote($0) : !isEnd($0) && $0 != "&" && $0 != ";" }
      if !secret.isEmpty { result += mask }
      position = secret.endIndex
    }
    return result
  }

  /// Where the secret begins that a word announces; nil where it announces none.
  private static func valueStart(after word: String, in text: [Character], at position: Int) -> Int? {
    var next = position
    let skip = { (matches: (Character) -> Bool) in if next < text.count, matches(text[next]) { next += 1 } }
    if ["bearer", "basic"].contains(word.lowercased()) {
      skip { $0 == " " }
      return next > position ? next : nil
    }
    guard isSecretName(word) else { return nil }
    skip(isQuote)
    let isJSON = next > position
    guard next < text.count, text[next] == "=" || isJSON && text[next] == ":" else { return nil }
    next += 1
    if isJSON { skip { $0 == " " } }
    skip(isQuote)
    return next
  }

  private static func isNameCharacter(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber) || character == "_" || character == "-"
  }

  private static func isQuote(_ character: Character) -> Bool { character == "\"" || character == "'" }

  /// Whether a variable or flag of this name usually holds a secret.
  package static func isSecretName(_ name: String) -> Bool {
    let name = name.lowercased()
    return ["password", "passwd", "secret", "token", "peerpass", "credential", "apikey", "api_key"].contains {
      name.contains($0)
    }
  }
}
