/// The path of a key as messages show it: keys joined by dots, and the index of a list item in brackets.
enum YAMLPath {
  /// A path and one more key. A key that itself holds dots (`swap.policy`) is written as it is.
  static func join(_ path: String, _ key: String) -> String {
    let name = PlainText.short(key)
    return path.isEmpty ? name : "\(path).\(name)"
  }
}
