/// The words of a Keepalived configuration file (keepalived.conf(5)): comments begin with `#` or `!`, words in quotes
/// may hold anything, a backslash takes the next character as it is.
struct KeepalivedWords {
  /// A word or a brace.
  enum Word: Equatable {
    case text(String)
    case open
    case close
  }

  /// The words of one line.
  struct Line: Equatable {
    var number: Int
    var words: [Word] = []
    /// Its bytes without a comment, where they hold a `$` or begin with `@`; lines that were joined keep their backslash.
    var raw: [UInt8] = []

    /// The same words under another number.
    func numbered(_ number: Int) -> Line {
      var line = self
      line.number = number
      return line
    }
  }

  private var lines: [Line] = []
  private var line = Line(number: 1)
  private var number = 1
  private var word: [UInt8] = []
  /// A pair of quotes is a word, even an empty one.
  private var isWord = false
  private var quote: UInt8?
  /// Inside the braces of `${NAME}`, which are no block.
  private var isParameter = false
  private var isEscaped = false
  private var isComment = false
  private var raw: [UInt8] = []
  private var isRawNeeded = false

  /// Splits a file; lines without words are left out.
  static func lines(of content: [UInt8]) -> [Line] {
    var reader = KeepalivedWords()
    for byte in content { reader.read(byte) }
    reader.endLine()
    return reader.lines
  }

  private mutating func read(_ byte: UInt8) {
    if !isComment { keep(byte) }
    if byte == UInt8(ascii: "\n") {
      number += 1
      // A backslash at the end of a line joins the next one.
      if isEscaped { isEscaped = false } else { endLine() }
    } else if isComment {
      return
    } else if isEscaped {
      isEscaped = false
      append(byte)
    } else if byte == UInt8(ascii: "\\") {
      isEscaped = true
    } else if let open = quote {
      if byte == open { quote = nil } else { append(byte) }
    } else {
      readUnquoted(byte)
    }
  }

  /// Few lines are asked for their bytes: those of other lines are dropped when the line ends.
  private mutating func keep(_ byte: UInt8) {
    raw.append(byte)
    if byte == UInt8(ascii: "$") || byte == UInt8(ascii: "@") { isRawNeeded = true }
  }

  private mutating func readUnquoted(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      quote = byte
      isWord = true
    case UInt8(ascii: "#"), UInt8(ascii: "!"):
      endWord()
      raw.removeLast()
      isComment = true
    case UInt8(ascii: "{") where word.last == UInt8(ascii: "$"):
      isParameter = true
      append(byte)
    case UInt8(ascii: "}") where isParameter:
      isParameter = false
      append(byte)
    case UInt8(ascii: "{"), UInt8(ascii: "}"):
      endWord()
      line.words.append(byte == UInt8(ascii: "{") ? .open : .close)
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): endWord()
    default: append(byte)
    }
  }

  private mutating func append(_ byte: UInt8) {
    word.append(byte)
    isWord = true
  }

  private mutating func endWord() {
    // Names in other encodings are no reason to overlook an address.
    if isWord { line.words.append(.text(String(decoding: word, as: UTF8.self))) }
    word.removeAll(keepingCapacity: true)
    isWord = false
    isParameter = false
  }

  private mutating func endLine() {
    endWord()
    if isRawNeeded { line.raw = raw }
    raw.removeAll(keepingCapacity: true)
    isRawNeeded = false
    if !line.words.isEmpty { lines.append(line) }
    line = Line(number: number)
    quote = nil
    isEscaped = false
    isComment = false
  }
}
