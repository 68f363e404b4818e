/// Why a text is not YAML that this program reads, and where.
public struct YAMLError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  public let message: String
  /// Where it is wrong.
  public let mark: SourceMark

  /// An error at a place.
  public init(_ message: String, at mark: SourceMark) {
    self.message = message
    self.mark = mark
  }

  /// `LINE:COLUMN: message`, for the caller to put `FILE:` before it.
  public var description: String { "\(mark): \(message)" }
}
