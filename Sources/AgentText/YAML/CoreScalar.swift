/// The type of a scalar by the YAML 1.2 core schema (YAML 1.2.2, section 10.3.2).
///
/// The traps of YAML 1.1 are gone: `yes`, `no`, `on` and `off` are strings, so are `1:30` and dates, and `0777` is the
/// decimal number 777.
enum CoreScalar: Equatable {
  case null
  case bool(Bool)
  case int(Int)
  /// An integer that does not fit in 64 bits.
  case hugeInt
  case float(Double)
  case string

  /// The type of a scalar: tags decide first, then quotes, then the form of the text.
  ///
  /// A text that contradicts its tag (`!!int abc`) and a tag outside the core schema give a string.
  init(text: String, plain: Bool, tag: String?) {
    switch tag {
    case nil: self = plain ? CoreScalar(plain: text) : .string
    case "tag:yaml.org,2002:null", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int":
      self = CoreScalar(plain: text)
    case "tag:yaml.org,2002:float":
      let value = CoreScalar(plain: text)
      if case .int(let number) = value { self = .float(Double(number)) } else { self = value }
    default: self = .string
    }
  }

  /// The type of a plain scalar by its form.
  init(plain text: String) {
    switch text {
    case "", "~", "null", "Null", "NULL": self = .null
    case "true", "True", "TRUE": self = .bool(true)
    case "false", "False", "FALSE": self = .bool(false)
    case ".nan", ".NaN", ".NAN": self = .float(.nan)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": self = .float(.infinity)
    case "-.inf", "-.Inf", "-.INF": self = .float(-.infinity)
    default: self = Self.number(text)
    }
  }

  private static func number(_ text: String) -> CoreScalar {
    // Long texts are not numbers, and most texts end here.
    let bytes = text.utf8
    guard bytes.count <= 400, let first = bytes.first, isDigit(first) || "+-.".utf8.contains(first) else {
      return .string
    }
    if text.hasPrefix("0x") { return integer(text.dropFirst(2), radix: 16) { isHexDigit($0) } }
    if text.hasPrefix("0o") { return integer(text.dropFirst(2), radix: 8) { isDigit($0) && $0 < UInt8(ascii: "8") } }
    let unsigned = first == UInt8(ascii: "+") || first == UInt8(ascii: "-") ? bytes.dropFirst() : bytes[...]
    if !unsigned.isEmpty, unsigned.allSatisfy(isDigit) { return Int(text).map { .int($0) } ?? .hugeInt }
    return isFloat(unsigned) ? Double(text).map { .float($0) } ?? .string : .string
  }

  private static func integer(_ digits: Substring, radix: Int, _ valid: (UInt8) -> Bool) -> CoreScalar {
    guard !digits.isEmpty, digits.utf8.allSatisfy(valid) else { return .string }
    return Int(digits, radix: radix).map { .int($0) } ?? .hugeInt
  }

  /// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?` without the sign.
  private static func isFloat(_ text: Substring.UTF8View) -> Bool {
    let whole = text.prefix(while: isDigit)
    var rest = text.dropFirst(whole.count)
    var fraction = rest[rest.endIndex...]
    if rest.first == UInt8(ascii: ".") {
      fraction = rest.dropFirst().prefix(while: isDigit)
      rest = rest.dropFirst(1 + fraction.count)
    }
    guard !whole.isEmpty || !fraction.isEmpty else { return false }
    return rest.isEmpty || isExponent(rest)
  }

  private static func isExponent(_ text: Substring.UTF8View) -> Bool {
    guard text.first == UInt8(ascii: "e") || text.first == UInt8(ascii: "E") else { return false }
    var digits = text.dropFirst()
    if digits.first == UInt8(ascii: "+") || digits.first == UInt8(ascii: "-") { digits = digits.dropFirst() }
    return !digits.isEmpty && digits.allSatisfy(isDigit)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
  }
}
