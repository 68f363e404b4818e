/// The patterns of glob(3) with GLOB_BRACE: `*`, `?` and `[…]` within one component of a path (glob(7)), and `{a,b}`.
package enum Glob {
  /// More alternatives than this are not looked at: `{a,b}` twenty times over would be a million of them.
  private static let mostAlternatives = 256

  /// Whether a text is a pattern at all; one that is none names itself.
  package static func isPattern(_ text: some StringProtocol) -> Bool { text.contains { "*?[{".contains($0) } }

  /// Whether a pattern matches a whole path; both have the same number of components then.
  package static func matches(_ pattern: String, _ path: String) -> Bool {
    let wanted = path.split(separator: "/", omittingEmptySubsequences: false).map(Array.init)
    return alternatives(pattern).contains { alternative in
      let components = alternative.split(separator: "/", omittingEmptySubsequences: false).map(Array.init)
      return components.count == wanted.count
        && zip(components, wanted).allSatisfy { component($0[...], matches: $1[...]) }
    }
  }

  /// The pattern without its braces, once for every alternative.
  private static func alternatives(_ pattern: String) -> [String] {
    var done: [String] = []
    var open = [pattern]
    while let next = open.popLast(), done.count + open.count < mostAlternatives {
      guard let start = next.firstIndex(of: "{"), let end = closing(next, start) else {
        done.append(next)
        continue
      }
      let tail = next[next.index(after: end)...]
      open += parts(next[next.index(after: start)..<end]).map { String(next[..<start] + $0 + tail) }.reversed()
    }
    return done
  }

  private static func closing(_ text: String, _ start: String.Index) -> String.Index? {
    var depth = 0
    for index in text[start...].indices {
      if text[index] == "{" { depth += 1 }
      if text[index] == "}" { depth -= 1 }
      if depth == 0 { return index }
    }
    return nil
  }

  /// The text between commas that stand in no inner brace.
  private static func parts(_ text: Substring) -> [Substring] {
    var parts: [Substring] = []
    var start = text.startIndex
    var depth = 0
    for index in text.indices {
      if text[index] == "{" { depth += 1 }
      if text[index] == "}" { depth -= 1 }
      guard text[index] == ",", depth == 0 else { continue }
      parts.append(text[start..<index])
      start = text.index(after: index)
    }
    return parts + [text[start...]]
  }

  private static func component(_ pattern: ArraySlice<Character>, matches text: ArraySlice<Character>) -> Bool {
    // A leading dot is matched by a dot only (glob(7)).
    if text.first == ".", pattern.first != "." { return false }
    return rest(pattern, matches: text)
  }

  /// With one place to come back to, so that many stars cost no more than one.
  private static func rest(_ pattern: ArraySlice<Character>, matches text: ArraySlice<Character>) -> Bool {
    var pattern = pattern
    var text = text
    var retry: (pattern: ArraySlice<Character>, text: ArraySlice<Character>)?
    while !(text.isEmpty && pattern.isEmpty) {
      if pattern.first == "*" {
        pattern = pattern.dropFirst()
        retry = (pattern, text)
      } else if let first = text.first, let after = one(pattern, matches: first) {
        pattern = after
        text = text.dropFirst()
      } else if let last = retry, !last.text.isEmpty {
        retry = (last.pattern, last.text.dropFirst())
        (pattern, text) = (last.pattern, last.text.dropFirst())
      } else {
        return false
      }
    }
    return true
  }

  /// What is left of the pattern after it matched one character; nil when it does not.
  private static func one(_ pattern: ArraySlice<Character>, matches character: Character) -> ArraySlice<Character>? {
    guard let first = pattern.first else { return nil }
    let after = pattern.dropFirst()
    if first == "?" { return after }
    if first == "\\", let escaped = after.first { return escaped == character ? after.dropFirst() : nil }
    if first == "[", let end = after.dropFirst(after.first == "!" ? 2 : 1).firstIndex(of: "]") {
      return set(after[..<end], contains: character) ? after[(end + 1)...] : nil
    }
    return first == character ? after : nil
  }

  private static func set(_ set: ArraySlice<Character>, contains character: Character) -> Bool {
    let isNegated = set.first == "!" || set.first == "^"
    var members = isNegated ? set.dropFirst() : set
    var isMember = false
    while let low = members.first {
      members = members.dropFirst()
      if members.first == "-", let high = members.dropFirst().first {
        isMember = isMember || (low <= character && character <= high)
        members = members.dropFirst(2)
      } else {
        isMember = isMember || low == character
      }
    }
    return isMember != isNegated
  }
}
