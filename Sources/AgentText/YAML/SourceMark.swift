/// A position in a text, counted from 1.
///
/// The column counts Unicode characters (scalars), not bytes. Lines end as YAML 1.1 and libyaml count them: at LF, CR,
/// CR LF, and also at U+0085, U+2028 and U+2029.
package struct SourceMark: Sendable, Equatable, Hashable, Comparable, CustomStringConvertible {
  /// The line, 1 for the first.
  package let line: Int
  /// The column in characters, 1 for the first.
  package let column: Int

  /// A mark at a line and a column, both counted from 1.
  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// The first character of a text.
  package static let start = SourceMark(line: 1, column: 1)

  /// `LINE:COLUMN`, as compilers write it.
  package var description: String { "\(line):\(column)" }

  /// Whether the left mark stands before the right one.
  package static func < (left: SourceMark, right: SourceMark) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}
