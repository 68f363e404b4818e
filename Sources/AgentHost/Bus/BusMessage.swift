import CSystemd
import Glibc

/// A message that arrived, readable from its start to its end; lives only while its handler runs.
///
/// What it holds comes from another process: depth, number and size of what is taken are limited, and a type that the
/// interface does not promise is an error, never a trap.
package struct BusMessage: ~Copyable {
  private static let deepest = 8
  private static let longestText = 64 << 10
  private static let mostItems = 4096

  private let pointer: OpaquePointer

  package init(borrowing pointer: OpaquePointer) { self.pointer = pointer }

  /// The error that the message is; nil when it is none.
  var error: BusError? {
    guard sd_bus_message_is_method_error(pointer, nil) > 0, let error = sd_bus_message_get_error(pointer) else {
      return nil
    }
    let name = error.pointee.name.map { String(cString: $0) } ?? ""
    return BusError(name: name, text: error.pointee.message.map { String(cString: $0) } ?? "")
  }

  /// The next text.
  package func text() throws(BusError) -> String {
    guard let text = try value().text else { throw .malformed }
    return text
  }

  /// The next value, whatever its type.
  package func value() throws(BusError) -> BusValue {
    var left = Self.mostItems
    return try value(depth: 0, left: &left)
  }

  /// The entries of a dictionary `a{sv}` whose names are wanted; the others are passed over unread.
  func properties(_ wanted: Set<String>) throws(BusError) -> [String: BusValue] {
    var found: [String: BusValue] = [:]
    try check(sd_bus_message_enter_container(pointer, Self.code("a"), "{sv}"))
    while try enters("e", "sv") {
      let name = try text()
      if wanted.contains(name) {
        found[name] = try value()
      } else {
        try check(sd_bus_message_skip(pointer, "v"))
      }
      try check(sd_bus_message_exit_container(pointer))
    }
    try check(sd_bus_message_exit_container(pointer))
    return found
  }

  private func value(depth: Int, left: inout Int) throws(BusError) -> BusValue {
    left -= 1
    guard depth <= Self.deepest, left >= 0 else { throw .malformed }
    var type: CChar = 0
    var contents: UnsafePointer<CChar>?
    guard sd_bus_message_peek_type(pointer, &type, &contents) > 0 else { throw .malformed }
    switch UInt8(bitPattern: type) {
    case UInt8(ascii: "v"):
      try check(sd_bus_message_enter_container(pointer, type, contents))
      let inside = try value(depth: depth + 1, left: &left)
      try check(sd_bus_message_exit_container(pointer))
      return inside
    case UInt8(ascii: "a") where contents.map({ strcmp($0, "y") == 0 }) == true:
      return .bytes(try bytes())
    case UInt8(ascii: "a"), UInt8(ascii: "r"), UInt8(ascii: "e"):
      return .list(try items(type, contents, depth: depth, left: &left))
    default:
      return try basic(type)
    }
  }

  private func items(
    _ type: CChar, _ contents: UnsafePointer<CChar>?, depth: Int, left: inout Int
  ) throws(BusError) -> [BusValue] {
    try check(sd_bus_message_enter_container(pointer, type, contents))
    var items: [BusValue] = []
    while sd_bus_message_at_end(pointer, 0) == 0 { items.append(try value(depth: depth + 1, left: &left)) }
    try check(sd_bus_message_exit_container(pointer))
    return items
  }

  private func bytes() throws(BusError) -> [UInt8] {
    var start: UnsafeRawPointer?
    var size = 0
    try check(sd_bus_message_read_array(pointer, Self.code("y"), &start, &size))
    guard size <= Self.longestText else { throw .malformed }
    return Array(UnsafeRawBufferPointer(start: start, count: size))
  }

  private func basic(_ type: CChar) throws(BusError) -> BusValue {
    switch UInt8(bitPattern: type) {
    case UInt8(ascii: "y"): .unsigned(UInt64(try read(type, UInt8(0))))
    case UInt8(ascii: "q"): .unsigned(UInt64(try read(type, UInt16(0))))
    case UInt8(ascii: "u"): .unsigned(UInt64(try read(type, UInt32(0))))
    case UInt8(ascii: "t"): .unsigned(try read(type, UInt64(0)))
    case UInt8(ascii: "n"): .signed(Int64(try read(type, Int16(0))))
    case UInt8(ascii: "i"): .signed(Int64(try read(type, Int32(0))))
    case UInt8(ascii: "x"): .signed(try read(type, Int64(0)))
    case UInt8(ascii: "d"): .real(try read(type, 0.0))
    // A boolean is an int for sd_bus_message_read_basic(3).
    case UInt8(ascii: "b"): .flag(try read(type, CInt(0)) != 0)
    case UInt8(ascii: "s"), UInt8(ascii: "o"), UInt8(ascii: "g"): .text(try string(type))
    default: throw .malformed
    }
  }

  private func string(_ type: CChar) throws(BusError) -> String {
    guard let start = try read(type, UnsafePointer<CChar>?.none) else { throw .malformed }
    guard strlen(start) <= Self.longestText else { throw .malformed }
    return String(cString: start)
  }

  private func read<T: BitwiseCopyable>(_ type: CChar, _ initial: T) throws(BusError) -> T {
    var value = initial
    let code = withUnsafeMutablePointer(to: &value) { sd_bus_message_read_basic(pointer, type, $0) }
    guard code > 0 else { throw .malformed }
    return value
  }

  private func enters(_ type: Unicode.Scalar, _ contents: String) throws(BusError) -> Bool {
    let code = sd_bus_message_enter_container(pointer, Self.code(type), contents)
    guard code >= 0 else { throw .malformed }
    return code > 0
  }

  private func check(_ code: CInt) throws(BusError) { if code < 0 { throw .malformed } }

  private static func code(_ type: Unicode.Scalar) -> CChar { CChar(truncatingIfNeeded: type.value) }
}
