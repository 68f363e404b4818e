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
