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

  /// Whether a variable or flag of this name usually holds a secret.
  package static func isSecretName(_ name: String) -> Bool {
    let name = name.lowercased()
    return ["password", "passwd", "secret", "token", "peerpass", "credential", "apikey", "api_key"].contains {
      name.contains($0)
    }
  }
}
