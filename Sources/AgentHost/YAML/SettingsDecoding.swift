extension SettingsNode {
  /// The settings of a type, or every mistake in them.
  ///
  /// An absent node decodes to all defaults.
  public func decode<T: SettingsDecodable>(_ type: T.Type = T.self) throws(SettingsErrors) -> T {
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
  public func decode<T: SettingsDecodable>(_ type: T.Type = T.self, into diagnostics: SettingsDiagnostics) -> T? {
    let reader = SettingsReader(self, diagnostics)
    let value = T(from: reader)
    reader.finish()
    return value
  }

  /// As ``decode(_:into:)``, for a type that always has a value.
  public func decode<T: SettingsSection>(_ type: T.Type = T.self, into diagnostics: SettingsDiagnostics) -> T {
    let reader = SettingsReader(self, diagnostics)
    let value: T = T(from: reader)
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
