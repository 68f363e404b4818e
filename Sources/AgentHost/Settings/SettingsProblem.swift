/// One mistake in a settings file.
public struct SettingsProblem: Sendable, Equatable, CustomStringConvertible {
  /// The file as it was named.
  public let file: String
  /// Where the mistake stands.
  public let mark: SourceMark
  /// The keys from the top, joined by dots (`checks.swap.policy.expect`); empty for the file as a whole.
  public let path: String
  /// What is wrong, and after a semicolon what is allowed.
  public let message: String

  /// A mistake at a place.
  public init(file: String, mark: SourceMark, path: String, message: String) {
    self.file = file
    self.mark = mark
    self.path = path
    self.message = message
  }

  /// `FILE:LINE:COLUMN: key 'PATH': MESSAGE`, without the key for the file as a whole.
  public var description: String {
    "\(file):\(mark): " + (path.isEmpty ? message : "key '\(path)': \(message)")
  }
}
