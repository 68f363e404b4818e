/// The entry to settings files.
package enum Settings {
  /// The top of a settings file, ready to be decoded; a file without content gives a node that is absent.
  ///
  /// `file` is the name that messages show. Throws the mistake of syntax, or every key that is given twice, or that
  /// there is more than one document.
  package static func load(
    text bytes: [UInt8], file: String, limits: YAMLLimits = .init()
  ) throws(SettingsErrors) -> SettingsNode {
    let tree: YAMLTreeBuilder
    do {
      tree = try YAMLParser.build(bytes, limits: limits, atMost: .max)
    } catch {
      throw SettingsErrors([SettingsProblem(file: file, mark: error.mark, path: "", message: error.message)])
    }
    var problems = tree.duplicates.map {
      SettingsProblem(file: file, mark: $0.mark, path: $0.path, message: "\($0.message); allowed: once")
    }
    if tree.documents.count > 1 {
      let message = "a second document begins here; allowed: one document"
      problems.append(SettingsProblem(file: file, mark: tree.documents[1].mark, path: "", message: message))
    }
    guard problems.isEmpty else { throw SettingsErrors(problems) }
    return SettingsNode(top: tree.documents.first, file: file)
  }
}
