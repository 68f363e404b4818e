extension SettingsNode {
  /// The settings of a type, or every mistake in them.
  ///
  /// An absent node decodes to all defaults.
  package func decode<T: SettingsDecodable>(_ type: T.Type = T.self) throws(SettingsErrors) -> T {
    let diagnostics = SettingsDiagnostics()
    let value = decode(type, into: diagnostics)
    try diagnostics.check()
    guard let value else {
      diagnostics.report(self, "is not complete")
      throw SettingsErrors(diagnostics.problems)
    }
    return value
  }

  /// The settings of a type, with mistakes and effective values added to `diagnostics`.
  ///
  /// The result is of use only if that has no problems; nil when a required value was missing or wrong.
  package func decode<T: SettingsDecodable>(_ type: T.Type = T.self, into diagnostics: SettingsDiagnostics) -> T? {
    let reader = SettingsReader(self, diagnostics)
    let value = T(from: reader)
    reader.finish()
    return value
  }

  /// As ``decode(_:into:)``, for a type that always has a value.
  package func decode<T: SettingsSection>(_ type: T.Type = T.self, into diagnostics: SettingsDiagnostics) -> T {
    let reader = SettingsReader(self, diagnostics)
    let value: T = T(from: reader)
    reader.finish()
    return value
  }

  /// The settings of a plugin, read from the mapping `checks`, and the checks whose keys it reads.
  ///
  /// Keys of other plugins' checks pass: who calls this for every plugin judges what nobody reads.
  package func decodeChecks<T: SettingsSection>(
    _ type: T.Type = T.self, into diagnostics: SettingsDiagnostics
  ) -> (settings: T, claimed: Set<String>) {
    let reader = SettingsReader(self, diagnostics)
    reader.allowAnyKey()
    let settings: T = T(from: reader)
    reader.finish()
    return (settings, reader.named)
  }

  /// As ``decode(_:into:)``, where another type reads the keys `others` of the same mapping.
  func decodeOwn<T: SettingsSection>(
    _ type: T.Type, beside others: [String], into diagnostics: SettingsDiagnostics
  ) -> T {
    let reader = SettingsReader(self, diagnostics)
    others.forEach { reader.allow($0) }
    let value: T = T(from: reader)
    reader.finish()
    return value
  }

  /// The keys that every check has; `isOpen` lets a check's own keys pass, which its plugin reads.
  package func decodeCheck(isOpen: Bool, into diagnostics: SettingsDiagnostics) -> CheckSettings {
    let reader = SettingsReader(self, diagnostics)
    if isOpen { reader.allowAnyKey() }
    let value = CheckSettings(from: reader)
    reader.finish()
    return value
  }

  /// The value of this node as a scalar.
  func scalar<T: SettingsScalar>(_ type: T.Type = T.self) throws(SettingsScalarError) -> T {
    guard let yaml, let text = yaml.text, !yaml.isNull else {
      let wrong = yaml.map { $0.isNull ? "has no value" : "is \(SettingsText.kind($0))" } ?? "has no value"
      throw SettingsScalarError(wrong, allowed: T.settingsKind.allowed)
    }
    guard T.settingsKind.accepts(yaml) else {
      throw SettingsScalarError("is \(SettingsText.kind(yaml))", allowed: T.settingsKind.allowed)
    }
    return try T(settingsScalar: text)
  }
}

extension SettingsScalarKind {
  /// Whether a YAML scalar is of this kind.
  fileprivate func accepts(_ node: YAMLNode) -> Bool {
    switch (self, node.scalar) {
    case (.text, _), (.string, .string), (.boolean, .bool), (.integer, .int), (.integer, .hugeInt): true
    case (.number, .int), (.number, .hugeInt), (.number, .float): true
    default: false
    }
  }

  fileprivate var allowed: String {
    switch self {
    case .text: "one value"
    case .string: "a string (numbers and booleans in quotes)"
    case .boolean: "true or false"
    case .integer: "an integer"
    case .number: "a number"
    }
  }
}
