/// Lines of text, wrapped at a width, with colour where it is wanted.
struct TextPage {
  /// What a colour says; the words say the same.
  enum Tone {
    case plain, bold, dim, good, warn, bad

    /// The escape sequence that begins it (ECMA-48 SGR).
    fileprivate var sequence: String {
      switch self {
      case .plain: ""
      case .bold: "\u{1B}[1m"
      case .dim: "\u{1B}[2m"
      case .good: "\u{1B}[32m"
      case .warn: "\u{1B}[33m"
      case .bad: "\u{1B}[1;31m"
      }
    }
  }

  /// A piece of a paragraph.
  struct Span {
    var text: String
    var tone: Tone

    static func plain(_ text: String) -> Span { Span(text: text, tone: .plain) }
    static func bold(_ text: String) -> Span { Span(text: text, tone: .bold) }
    static func dim(_ text: String) -> Span { Span(text: text, tone: .dim) }
  }

  private(set) var text = ""
  private let width: Int
  private let color: Bool

  init(width: Int, color: Bool) {
    self.width = max(40, width)
    self.color = color
  }

  mutating func blank() { text += "\n" }

  /// Spans one after the other, wrapped.
  mutating func paragraph(_ spans: [Span]) {
    let plain = spans.map(\.text).joined()
    guard plain.count > width || spans.count > 1 else {
      line(spans.map { paint($0.text.printable, $0.tone) }.joined())
      return
    }
    if plain.count <= width {
      line(spans.map { paint($0.text.printable, $0.tone) }.joined())
    } else {
      for part in Self.wrap(plain.printable, width: width) { line(paint(part, spans.first?.tone ?? .plain)) }
    }
  }

  /// A label and a text whose further lines stand below its first word.
  mutating func item(label: String, tone: Tone = .plain, labelWidth: Int, indent: Int = 0, _ body: String) {
    let start = indent + labelWidth
    let lines = Self.wrap(body.printable, width: width - start)
    let padding = String(repeating: " ", count: max(0, labelWidth - label.count))
    for (index, part) in lines.enumerated() {
      line(
        index == 0
          ? String(repeating: " ", count: indent) + paint(label, tone) + padding + part
          : String(repeating: " ", count: start) + part)
    }
  }

  /// A label and a command on one line, however long: it must be copied whole.
  mutating func command(label: String, labelWidth: Int, indent: Int, _ command: String) {
    let padding = String(repeating: " ", count: max(0, labelWidth - label.count))
    line(String(repeating: " ", count: indent) + label + padding + paint(command.printable, .bold))
  }

  private mutating func line(_ content: String) { text += content + "\n" }

  private func paint(_ text: String, _ tone: Tone) -> String {
    color && !text.isEmpty && !tone.sequence.isEmpty ? tone.sequence + text + "\u{1B}[0m" : text
  }

  /// Breaks at spaces; a word that is longer than the width keeps its line, so that commands can be copied.
  static func wrap(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      for word in paragraph.split(separator: " ") {
        if !line.isEmpty, line.count + 1 + word.count > width {
          lines.append(line)
          line = ""
        }
        line += (line.isEmpty ? "" : " ") + word
      }
      lines.append(line)
    }
    return lines
  }
}

extension String {
  /// Without control characters: what a file of the host says must not drive the terminal.
  fileprivate var printable: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map { $0.properties.generalCategory == .control && $0 != "\n" ? "\u{FFFD}" : $0 }))
  }
}
