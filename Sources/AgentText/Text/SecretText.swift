/// Takes secrets out of text before it becomes a fact.
package enum SecretText {
  /// What stands in a secret's place.
  package static let mask = "***"

  /// The text with the user information of every URL in it masked: `http://user:word@host` is `http://***@host`.
  ///
  /// User information ends at the last `@` of the authority, which ends at `/`, `?`, `#`, a quote or white space
  /// (RFC 3986, section 3.2); a password with an unescaped `/` is masked up to the next `@` too.
  package static func maskingUserInformation(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstRange(of: "://")?.upperBound {
      result += rest[..<start]
      rest = rest[start...]
      let word = rest.prefix { !$0.isWhitespace && $0 != "\"" && $0 != "'" && $0 != "," }
      if let at = word.lastIndex(of: "@") {
        result += mask
        rest = rest[at...]
      }
    }
    return result + rest
  }

  /// Whether a variable or flag of this name usually holds a secret.
  package static func isSecretName(_ name: String) -> Bool {
    let name = name.lowercased()
    return ["password", "passwd", "secret", "token", "peerpass", "credential", "apikey", "api_key"].contains {
      name.contains($0)
    }
  }
}
