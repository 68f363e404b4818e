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

/// A settings type that a mapping is decoded into.
///
/// The initializer reads every key it knows from the reader, which collects the mistakes; a key that it does not read
/// is an unknown key. It answers nil only when a value without a default is missing:
///
///     guard let server = reader.required("server", as: Endpoint.self) else { return nil }
///
/// Read all keys before the guard, so that all mistakes are found.
package protocol SettingsDecodable: SendableMetatype {
  /// Reads the settings; nil after a required value was missing or wrong.
  init?(from reader: SettingsReader)
}

/// A settings type whose every value has a default, so that it can be decoded from nothing.
///
///     struct SwapSettings: SettingsSection {
///       var expect: Expectation                         // enum Expectation: String, CaseIterable, SettingsScalar
///       init(from reader: SettingsReader) { expect = reader.value("expect", default: .none) }
///     }
package protocol SettingsSection: SettingsDecodable {
  /// Reads the settings.
  init(from reader: SettingsReader)
}
