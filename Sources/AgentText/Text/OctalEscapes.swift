/// File names with a backslash and three octal digits for blanks, newlines and backslashes.
package enum OctalEscapes {
  private static let backslash = UInt8(ascii: "\\")

  /// The bytes of a field of the kernel's own tables, where a backslash always begins an escape (seq_path() of
  /// fs/seq_file.c); nil where an escape is cut or none.
  package static func decode(_ field: some Collection<UInt8>) -> [UInt8]? {
    walk(field) { _ in nil }
  }

  /// A field of a file that people write, such as /etc/fstab: a backslash that begins no escape stands for itself
  /// (getmntent(3)).
  package static func text(_ field: some StringProtocol) -> String {
    String(decoding: walk(field.utf8) { $0 } ?? [], as: UTF8.self)
  }

  /// - Parameter other: what a backslash that begins no escape stands for; nil ends the walk.
  private static func walk(_ field: some Collection<UInt8>, other: (UInt8) -> UInt8?) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(field.count)
    var rest = field[...]
    while let byte = rest.popFirst() {
      if byte == backslash, let escaped = number(rest.prefix(3)) {
        result.append(escaped)
        rest = rest.dropFirst(3)
      } else if byte != backslash {
        result.append(byte)
      } else if let byte = other(byte) {
        result.append(byte)
      } else {
        return nil
      }
    }
    return result
  }

  /// The byte of three octal digits; nil for anything else, and above 255.
  private static func number(_ digits: some Collection<UInt8>) -> UInt8? {
    guard digits.count == 3, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }) else {
      return nil
    }
    return UInt8(exactly: digits.reduce(0) { $0 * 8 + Int($1 - UInt8(ascii: "0")) })
  }
}
