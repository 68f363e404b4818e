import AgentCore

/// A page that is being written, byte by byte: no text is made per sample.
struct ExpositionBuffer {
  /// What has been written.
  private(set) var bytes: [UInt8] = []

  /// Makes room for that many bytes.
  mutating func reserve(_ count: Int) {
    bytes.reserveCapacity(count)
  }

  /// Writes text as it is.
  mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }

  /// Writes text with backslashes and line feeds escaped, and quotes too where the text stands in quotes.
  mutating func appendEscaped(_ text: String, quoted: Bool) {
    let span = text.utf8Span.span
    var index = 0
    while index < span.count, !Self.needsEscape(span[index], quoted: quoted) { index += 1 }
    guard index < span.count else { return append(text) }
    for byte in text.utf8 {
      if Self.needsEscape(byte, quoted: quoted) { bytes.append(UInt8(ascii: "\\")) }
      bytes.append(byte == UInt8(ascii: "\n") ? UInt8(ascii: "n") : byte)
    }
  }

  /// Writes one line: name, labels, value.
  mutating func appendSample(_ name: String, _ sample: MetricSample) {
    append(name)
    var separator = UInt8(ascii: "{")
    for label in sample.labels {
      bytes.append(separator)
      append(label.name.description)
      bytes.append(UInt8(ascii: "="))
      bytes.append(UInt8(ascii: "\""))
      appendEscaped(label.value, quoted: true)
      bytes.append(UInt8(ascii: "\""))
      separator = UInt8(ascii: ",")
    }
    if !sample.labels.isEmpty { bytes.append(UInt8(ascii: "}")) }
    bytes.append(UInt8(ascii: " "))
    append(sample.value)
    bytes.append(UInt8(ascii: "\n"))
  }

  /// Writes a number as Go's ParseFloat reads it: the shortest text that gives the same number again.
  mutating func append(_ value: Double) {
    // 2^63 bounds what Int64 holds; the conversion traps beyond it, and for NaN, which no comparison lets through.
    if value >= -0x1p63, value < 0x1p63, Double(Int64(value)) == value {
      append(Int64(value))
    } else if value.isNaN {
      append("NaN")
    } else if value.isInfinite {
      append(value < 0 ? "-Inf" : "+Inf")
    } else {
      append(value.description)
    }
  }

  private mutating func append(_ value: Int64) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    var unit: UInt64 = 1
    while rest / unit >= 10 { unit *= 10 }
    while unit > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(rest / unit))
      rest %= unit
      unit /= 10
    }
  }

  private static func needsEscape(_ byte: UInt8, quoted: Bool) -> Bool {
    byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\n") || quoted && byte == UInt8(ascii: "\"")
  }
}
