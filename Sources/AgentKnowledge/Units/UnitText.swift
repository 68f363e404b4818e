import AgentText

/// Files in systemd's configuration syntax (systemd.syntax(7)): units, zram-generator.conf, swap.conf.
package enum UnitText {
  /// One assignment.
  package struct Setting: Sendable, Equatable {
    /// The section that it stands in, without brackets; empty before the first.
    package var section: String
    /// The key.
    package var key: String
    /// The value, continued lines joined by a space; empty resets lists.
    package var value: String
    /// Line where it begins, counted from 1.
    package var line: Int

    /// Makes a setting.
    package init(section: String, key: String, value: String, line: Int) {
      self.section = section
      self.key = key
      self.value = value
      self.line = line
    }
  }

  /// The assignments in the order of the text; comments and lines that are no assignment are passed over.
  package static func parse(_ text: String) -> [Setting] {
    var settings: [Setting] = []
    var section = ""
    for (line, content) in logicalLines(text) {
      if content.hasPrefix("["), content.hasSuffix("]") {
        section = String(content.dropFirst().dropLast())
      } else if let equals = content.firstIndex(of: "=") {
        settings.append(
          Setting(
            section: section, key: trim(content[..<equals]), value: trim(content[content.index(after: equals)...]),
            line: line))
      }
    }
    return settings
  }

  /// The headings of sections with their lines; a section may stand several times, or have no assignment.
  package static func sections(_ text: String) -> [(name: String, line: Int)] {
    logicalLines(text).compactMap { line, content in
      content.hasPrefix("[") && content.hasSuffix("]") ? (String(content.dropFirst().dropLast()), line) : nil
    }
  }

  /// Lines with their continuations; a comment between continued lines is left out (systemd.syntax(7)).
  private static func logicalLines(_ text: String) -> [(line: Int, content: String)] {
    var result: [(line: Int, content: String)] = []
    var open: (line: Int, content: String)?
    // "\r\n" is one Character, so both kinds of line end are met here.
    for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" })
      .enumerated()
    {
      let line = trim(raw)
      if line.hasPrefix("#") || line.hasPrefix(";") { continue }
      let isContinued = line.hasSuffix("\\")
      let content = isContinued ? trim(line.dropLast()[...]) : line
      let joined = open.map { ($0.line, $0.content + " " + content) } ?? (index + 1, content)
      open = isContinued ? joined : nil
      if !isContinued, !joined.1.isEmpty { result.append(joined) }
    }
    if let open { result.append(open) }
    return result
  }

  /// Blanks, and the carriage return of an editor for Windows.
  private static func trim(_ text: Substring) -> String {
    String(text.trimmed { $0 == " " || $0 == "\t" || $0 == "\r" })
  }
}
