import AgentText

/// A path as the kernel has it: bytes, which need not be UTF-8.
package struct MountPath: Sendable, Hashable, Comparable {
  private let text: String
  /// The bytes where they are no UTF-8; nil where ``text`` has them.
  private let raw: [UInt8]?

  /// A path of UTF-8.
  package init(_ text: String) {
    self.text = text
    raw = nil
  }

  /// A path of any bytes.
  package init(bytes: some Collection<UInt8>) {
    let valid = String(validating: bytes, as: UTF8.self)
    text = valid ?? String(decoding: Array(bytes), as: UTF8.self)
    raw = valid == nil ? Array(bytes) : nil
  }

  /// The bytes.
  package var bytes: [UInt8] { raw ?? Array(text.utf8) }

  /// The path as text; nil where it is no UTF-8.
  package var utf8: String? { raw == nil ? text : nil }

  /// The path for people: on one line, bytes that are no UTF-8 replaced.
  package var shown: String { PlainText.short(text, length: 200) }

  /// As ``shown``, and not cut.
  package var shownInFull: String { PlainText.short(text, length: .max) }

  /// Whether this path is `other` or lies below it.
  package func isWithin(_ other: MountPath) -> Bool {
    guard raw == nil, other.raw == nil else { return Self.isWithin(bytes, other.bytes) }
    return Self.isWithin(text.utf8, other.text.utf8)
  }

  private static func isWithin<Bytes: BidirectionalCollection<UInt8>>(_ own: Bytes, _ base: Bytes) -> Bool {
    guard own.starts(with: base) else { return false }
    let rest = own.dropFirst(base.count)
    return rest.isEmpty || rest.first == UInt8(ascii: "/") || base.last == UInt8(ascii: "/")
  }

  /// By bytes.
  package static func < (left: MountPath, right: MountPath) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}
