/// A key that occurs again in the same mapping.
struct YAMLDuplicateKey {
  /// The keys and `[indices]` above, and the key, joined by dots.
  let path: String
  /// The second occurrence.
  let mark: SourceMark
  /// The first occurrence.
  let first: SourceMark

  var error: YAMLError {
    YAMLError("key '\(path)' is given twice, on line \(first.line) and on line \(mark.line)", at: mark)
  }
}
