/// Why a text is not YAML that this program reads, and where.
package struct YAMLError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  package let message: String
  /// Where it is wrong.
  package let mark: SourceMark

  /// An error at a place.
  package init(_ message: String, at mark: SourceMark) {
    self.message = message
    self.mark = mark
  }

  /// `LINE:COLUMN: message`, for the caller to put `FILE:` before it.
  package var description: String { "\(mark): \(message)" }
}

/// A key that occurs again in the same mapping.
struct YAMLDuplicateKey {
  /// The keys and `[indices]` above, and the key, joined by dots.
  let path: String
  /// The second occurrence.
  let mark: SourceMark
  /// The first occurrence.
  let first: SourceMark

  /// What is wrong with the key.
  var message: String { "is given twice, first on line \(first.line)" }

  var error: YAMLError {
    YAMLError("key '\(path)' \(message)", at: mark)
  }
}

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
