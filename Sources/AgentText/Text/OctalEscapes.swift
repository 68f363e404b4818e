/// The escapes of the kernel's tables: a backslash and three octal digits (seq_path() of fs/seq_file.c).
package enum OctalEscapes {
  private static let backslash = UInt8(ascii: "\\")

  /// The bytes that are meant; nil where an escape is cut or none.
  package static func decode(_ field: some Collection<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(field.count)
    var rest = field.makeIterator()
    while let byte = rest.next() {
      guard byte == backslash else {
        result.append(byte)
        continue
      }
      var value = 0
      for _ in 0..<3 {
        guard let digit = rest.next(), (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else { return nil }
        value = value * 8 + Int(digit - UInt8(ascii: "0"))
      }
      guard value <= 0xFF else { return nil }
      result.append(UInt8(value))
    }
    return result
  }
}
