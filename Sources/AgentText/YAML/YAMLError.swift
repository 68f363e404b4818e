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
