/// Command lines of units (systemd.service(5), "Command lines").
package enum UnitWords {
  /// A word and the file that its text came from.
  struct Word: Equatable {
    var text: String
    var file: String
  }

  /// Splits at white space; single and double quotes hold words together, a backslash takes the next character.
  package static func split(_ text: String) -> [String] {
    var words: [String] = []
    var word = ""
    var isOpen = false
    var quote: Character?
    var isEscaped = false
    for character in text {
      if isEscaped {
        word.append(character)
        (isEscaped, isOpen) = (false, true)
      } else if character == "\\" {
        isEscaped = true
      } else if let open = quote {
        if character == open { quote = nil } else { word.append(character) }
      } else if character == "\"" || character == "'" {
        (quote, isOpen) = (character, true)
      } else if character.isWhitespace {
        if isOpen { words.append(word) }
        (word, isOpen) = ("", false)
      } else {
        word.append(character)
        isOpen = true
      }
    }
    if isOpen { words.append(word) }
    return words
  }

  /// Puts variables in: `$NAME` as a word of its own becomes several words, `${NAME}` stays part of its word, `$$` is a
  /// dollar. An unset variable is empty.
  static func expand(_ words: [String], file: String, environment: [String: Word]) -> [Word] {
    words.flatMap { word -> [Word] in
      if word.hasPrefix("$"), word.dropFirst().allSatisfy(isNameCharacter), word.count > 1 {
        guard let value = environment[String(word.dropFirst())] else { return [] }
        return split(value.text).map { Word(text: $0, file: value.file) }
      }
      return [substitute(word, file: file, environment: environment)]
    }
  }

  private static func substitute(_ word: String, file: String, environment: [String: Word]) -> Word {
    var result = Word(text: "", file: file)
    var rest = word[...]
    while let dollar = rest.firstIndex(of: "$") {
      result.text += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      if rest.first == "$" {
        result.text += "$"
        rest = rest.dropFirst()
      } else if rest.first == "{", let close = rest.firstIndex(of: "}") {
        if let value = environment[String(rest[rest.index(after: rest.startIndex)..<close])] {
          result.text += value.text
          result.file = value.file
        }
        rest = rest[rest.index(after: close)...]
      } else {
        result.text += "$"
      }
    }
    result.text += rest
    return result
  }

  private static func isNameCharacter(_ character: Character) -> Bool {
    character == "_" || character.isASCII && (character.isLetter || character.isNumber)
  }
}
