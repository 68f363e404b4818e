import func Glibc.memchr

/// Finds the lines of a large text that is searched as bytes, such as dpkg's record or /proc/net/tcp.
package enum LineWalker {
  /// The place of the newline that ends the line which begins at `start`; the text's end where there is none.
  package static func lineEnd(from start: Int, in bytes: UnsafeRawBufferPointer) -> Int {
    guard start < bytes.count, let base = bytes.baseAddress,
      let newline = memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
    else { return bytes.count }
    return UnsafeRawPointer(newline) - base
  }
}
