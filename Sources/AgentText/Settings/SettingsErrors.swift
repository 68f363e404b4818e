/// All mistakes of a settings file, in the order of the text.
package struct SettingsErrors: Error, Sendable, Equatable, CustomStringConvertible {
  /// The mistakes; at least one when thrown.
  package let problems: [SettingsProblem]

  /// The given mistakes, sorted by file and place, each one once.
  package init(_ problems: [SettingsProblem]) {
    let sorted = problems.enumerated().sorted {
      ($0.element.file, $0.element.mark, $0.offset) < ($1.element.file, $1.element.mark, $1.offset)
    }
    self.problems = sorted.reduce(into: []) { kept, next in
      if kept.last != next.element { kept.append(next.element) }
    }
  }

  /// One line for each mistake.
  package var description: String {
    problems.map(\.description).joined(separator: "\n")
  }
}

/// One mistake in a settings file.
package struct SettingsProblem: Sendable, Equatable, CustomStringConvertible {
  /// The file as it was named.
  package let file: String
  /// Where the mistake stands.
  package let mark: SourceMark
  /// The keys from the top, joined by dots (`checks.swap.policy.expect`); empty for the file as a whole.
  package let path: String
  /// What is wrong, and after a semicolon what is allowed.
  package let message: String

  /// A mistake at a place.
  package init(file: String, mark: SourceMark, path: String, message: String) {
    self.file = file
    self.mark = mark
    self.path = path
    self.message = message
  }

  /// `FILE:LINE:COLUMN: key 'PATH': MESSAGE`, without the key for the file as a whole.
  package var description: String {
    "\(file):\(mark): " + (path.isEmpty ? message : "key '\(path)': \(message)")
  }
}

/// Why a text is no value of a type.
package struct SettingsScalarError: Error, Sendable, Equatable {
  /// What is wrong, as it reads after `key 'x': `. Show the text with ``PlainText/short(_:length:)``, secrets never.
  package let wrong: String
  /// What is allowed, as it reads after `allowed: `.
  package let allowed: String

  /// A reason and what is allowed instead.
  package init(_ wrong: String, allowed: String) {
    self.wrong = wrong
    self.allowed = allowed
  }

  var message: String { "\(wrong); allowed: \(allowed)" }
}
