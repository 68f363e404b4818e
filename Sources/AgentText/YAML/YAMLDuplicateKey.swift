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
