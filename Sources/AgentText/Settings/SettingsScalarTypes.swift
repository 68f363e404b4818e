extension String: SettingsScalar {
  /// A string by the core schema: numbers and booleans must be quoted.
  package static var settingsKind: SettingsScalarKind { .string }

  /// The text; throws for a NUL character, which no path and no name can hold.
  package init(settingsScalar text: String) throws(SettingsScalarError) {
    guard !text.utf8.contains(0) else {
      throw SettingsScalarError("holds a NUL character", allowed: "text without it")
    }
    self = text
  }

  /// The text, quoted where YAML needs it.
  package var settingsText: String { PlainText.yaml(self) }
}

extension Bool: SettingsScalar {
  /// A boolean of the core schema.
  package static var settingsKind: SettingsScalarKind { .boolean }

  /// `true` or `false`, also `True` and `TRUE`.
  package init(settingsScalar text: String) throws(SettingsScalarError) {
    guard case .bool(let value) = CoreScalar(plain: text) else {
      throw SettingsScalarError("'\(PlainText.short(text))' is not a boolean", allowed: "true or false")
    }
    self = value
  }
}

extension Int: SettingsScalar {
  /// An integer of the core schema.
  package static var settingsKind: SettingsScalarKind { .integer }

  /// A decimal, `0x` or `0o` integer of 64 bits.
  package init(settingsScalar text: String) throws(SettingsScalarError) {
    switch CoreScalar(plain: text) {
    case .int(let value): self = value
    case .hugeInt: throw SettingsScalarError("the integer is too large", allowed: "an integer of 64 bits")
    default: throw SettingsScalarError("'\(PlainText.short(text))' is not an integer", allowed: "an integer")
    }
  }
}

extension Double: SettingsScalar {
  /// A number of the core schema.
  package static var settingsKind: SettingsScalarKind { .number }

  /// A finite number.
  package init(settingsScalar text: String) throws(SettingsScalarError) {
    let node = YAMLNode(kind: .scalar(text: text, plain: true, tag: nil), mark: .start)
    guard let value = node.double, value.isFinite else {
      throw SettingsScalarError("'\(PlainText.short(text))' is not a finite number", allowed: "a number")
    }
    self = value
  }
}
