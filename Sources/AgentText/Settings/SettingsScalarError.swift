/// Why a text is no value of a type.
package struct SettingsScalarError: Error, Sendable, Equatable {
  /// What is wrong, as it reads after `key 'x': `. Show the text with ``PlainText/short(_:length:)``, secrets never.
  package let wrong: String
  /// What is allowed, as it reads after `allowed: `.
  package let allowed: String

  /// A reason and what is allowed instead.
  package init(_ wrong: String, allowed: String) {
    self.wrong = wrong
    self.allowed = allowed
  }

  var message: String { "\(wrong); allowed: \(allowed)" }
}
