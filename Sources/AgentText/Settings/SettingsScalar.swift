/// What a settings value must look like in YAML before its text is read.
package enum SettingsScalarKind: Sendable {
  /// Any scalar, by its text: for types that check the text themselves.
  case text
  /// A string by the YAML core schema: a plain `5` or `true` is refused.
  case string
  /// Plain `true` or `false`.
  case boolean
  /// A plain integer.
  case integer
  /// A plain integer or float.
  case number
}

/// A type whose values are written as one YAML scalar.
///
/// An enumeration with string values and `CaseIterable` gets everything by naming the protocol.
package protocol SettingsScalar: Sendable {
  /// The kind of YAML scalar that is accepted; `text` unless stated.
  static var settingsKind: SettingsScalarKind { get }
  /// The value that a text stands for; throws what is wrong with the text and what would be right.
  init(settingsScalar text: String) throws(SettingsScalarError)
  /// The value as a YAML scalar for `config show`, secrets masked; read back, it gives the same value.
  var settingsText: String { get }
}

extension SettingsScalar {
  /// Any scalar: the type checks the text.
  package static var settingsKind: SettingsScalarKind { .text }
}

extension SettingsScalar where Self: CustomStringConvertible {
  /// The description, quoted where the text would be of another kind.
  package var settingsText: String {
    switch Self.settingsKind {
    case .text, .string: PlainText.yaml(description)
    case .boolean, .integer, .number: description
    }
  }
}

extension SettingsScalar where Self: RawRepresentable & CaseIterable, RawValue == String {
  /// The case with this raw value; throws with the list of all.
  package init(settingsScalar text: String) throws(SettingsScalarError) {
    guard let value = Self(rawValue: text) else {
      let names = Self.allCases.map(\.rawValue)
      throw SettingsScalarError(
        "'\(PlainText.short(text))' is none of the values" + SettingsText.hint(text, names),
        allowed: names.joined(separator: ", "))
    }
    self = value
  }

  /// The raw value.
  package var settingsText: String { PlainText.yaml(rawValue) }
}

extension SettingsScalar where Self: RawRepresentable & CaseIterable & CustomStringConvertible, RawValue == String {
  /// The raw value, also for an enumeration that describes itself in other words.
  package var settingsText: String { PlainText.yaml(rawValue) }
}
