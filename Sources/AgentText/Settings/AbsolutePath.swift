/// An absolute path in its one canonical form: no empty, `.` or `..` part and no slash at the end.
package struct AbsolutePath: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The path.
  package let description: String

  /// The last part; empty for `/`.
  package var lastComponent: String {
    Self.parts(description).last.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// The order of the texts.
  package static func < (left: AbsolutePath, right: AbsolutePath) -> Bool { left.description < right.description }
}

extension AbsolutePath: SettingsScalar {
  /// A path of at most 4095 bytes (PATH_MAX without the NUL of C), without control characters.
  package init(settingsScalar text: String) throws(SettingsScalarError) {
    let shown = PlainText.short(text)
    guard text.utf8.first == UInt8(ascii: "/") else {
      throw SettingsScalarError("'\(shown)' is not an absolute path", allowed: "a path that begins with /")
    }
    guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
      throw SettingsScalarError("'\(shown)' has a control character", allowed: "a path without it")
    }
    guard text.utf8.count < 4_096 else {
      throw SettingsScalarError("'\(shown)' is too long for a path", allowed: "at most 4095 bytes")
    }
    guard text == "/" || Self.parts(text).allSatisfy(Self.isPlain) else {
      throw SettingsScalarError(
        "'\(shown)' is not a plain path", allowed: "a path without //, /./ and /../, and without a / at its end")
    }
    description = text
  }

  /// As the kernel splits: by bytes, so that a combining character does not hide a slash.
  private static func parts(_ text: String) -> [Substring.UTF8View] {
    text.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
  }

  private static func isPlain(_ part: Substring.UTF8View) -> Bool {
    !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
  }
}
