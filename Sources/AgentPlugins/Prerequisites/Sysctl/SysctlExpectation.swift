/// What a kernel parameter must be.
enum SysctlExpectation: Sendable, Equatable {
  /// This value: numbers are compared as the kernel reads them, fields one by one.
  case equals(String)
  /// A number no smaller than this.
  case atLeast(Int)
  /// A number no larger than this.
  case atMost(Int)

  func accepts(_ value: String) -> Bool {
    switch self {
    case .equals(let wanted): Self.fields(value) == Self.fields(wanted)
    case .atLeast(let least): Self.number(value).map { $0 >= least } ?? false
    case .atMost(let most): Self.number(value).map { $0 <= most } ?? false
    }
  }

  /// The value to set.
  var wanted: String {
    switch self {
    case .equals(let value): value
    case .atLeast(let number), .atMost(let number): "\(number)"
    }
  }

  /// As in `is 128, not at least 512`.
  var text: String {
    switch self {
    case .equals(let value): value
    case .atLeast(let number): "at least \(number)"
    case .atMost(let number): "at most \(number)"
    }
  }

  /// A number as the kernel takes it: decimal, 0x… or 0… (proc_dointvec(), strtoul with base 0).
  static func number(_ text: some StringProtocol) -> Int? {
    let isNegative = text.hasPrefix("-")
    let digits = isNegative ? text.dropFirst() : text[...]
    let magnitude: Int?
    if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
      magnitude = unsigned(digits.dropFirst(2), radix: 16)
    } else if digits.hasPrefix("0"), digits.count > 1 {
      magnitude = unsigned(digits.dropFirst(), radix: 8)
    } else {
      magnitude = unsigned(digits, radix: 10)
    }
    return magnitude.map { isNegative ? -$0 : $0 }
  }

  private static func unsigned(_ digits: some StringProtocol, radix: Int) -> Int? {
    digits.hasPrefix("+") || digits.hasPrefix("-") ? nil : Int(digits, radix: radix)
  }

  private enum Field: Equatable {
    case number(Int)
    case word(String)
  }

  private static func fields(_ value: String) -> [Field] {
    value.split(whereSeparator: \.isWhitespace).map { field in
      number(field).map(Field.number) ?? .word(String(field))
    }
  }
}
