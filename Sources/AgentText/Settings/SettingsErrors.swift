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
