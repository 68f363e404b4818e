/// A value from the bus, with the types that answers are made of (D-Bus specification, "Type System").
package enum BusValue: Sendable, Hashable {
  /// `b`
  case flag(Bool)
  /// `n`, `i`, `x`
  case signed(Int64)
  /// `y`, `q`, `u`, `t`
  case unsigned(UInt64)
  /// `d`
  case real(Double)
  /// `s`, `o`, `g`
  case text(String)
  /// `ay`
  case bytes([UInt8])
  /// Another array, a structure, or the key and value of a dictionary's entry.
  case list([BusValue])

  /// The text; nil for another type.
  package var text: String? { if case .text(let text) = self { text } else { nil } }
  /// The boolean; nil for another type.
  package var flag: Bool? { if case .flag(let flag) = self { flag } else { nil } }
  /// The bytes; nil for another type.
  package var bytes: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }
  /// The items; nil for another type.
  package var list: [BusValue]? { if case .list(let items) = self { items } else { nil } }

  /// A number of any width and sign that is not negative; nil for another type.
  package var unsigned: UInt64? {
    switch self {
    case .unsigned(let number): number
    case .signed(let number): UInt64(exactly: number)
    default: nil
    }
  }

  /// A number of any width and sign; nil for another type and for what does not fit.
  package var signed: Int64? {
    switch self {
    case .unsigned(let number): Int64(exactly: number)
    case .signed(let number): number
    default: nil
    }
  }
}
