/// The attributes of a netlink message: each has a length, a type and a value, and starts at a multiple of four bytes
/// (netlink(3), linux/netlink.h: struct nlattr). Ends at the first one whose length cannot be.
struct NetlinkAttributes: Sequence, IteratorProtocol {
  private static let head = 4
  /// The two upper bits tell nesting and byte order.
  private static let typeMask: UInt16 = 0x3FFF

  private var rest: UnsafeRawBufferPointer

  /// The attributes that follow a fixed header.
  init(_ bytes: UnsafeRawBufferPointer, after header: Int = 0) {
    rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(header))
  }

  mutating func next() -> (type: UInt16, value: UnsafeRawBufferPointer)? {
    guard let length = rest.integer(UInt16.self).map(Int.init), let type = rest.integer(UInt16.self, at: 2),
      length >= Self.head, length <= rest.count
    else { return nil }
    let value = UnsafeRawBufferPointer(rebasing: rest[Self.head..<length])
    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst((length + 3) & ~3))
    return (type & Self.typeMask, value)
  }
}

extension UnsafeRawBufferPointer {
  /// A number in the machine's byte order; nil when the bytes do not reach that far.
  func integer<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int = 0) -> T? {
    guard offset >= 0, offset + MemoryLayout<T>.size <= count else { return nil }
    return loadUnaligned(fromByteOffset: offset, as: type)
  }

  /// A text up to its NUL character.
  var netlinkText: String { String(decoding: prefix { $0 != 0 }, as: UTF8.self) }
}
