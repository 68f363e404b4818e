/// The values of a TOML document (https://toml.io/en/v1.0.0) that checks need: texts, lists of texts, and bare words.
///
/// Inline tables, dates and what stands in `[[…]]` are passed over. What is no TOML gives what could be read of it: the
/// program that the file is for says the rest at its start. Nothing here recurses, so depth costs nothing.
package struct TOMLText: Sendable, Equatable {
  /// A value.
  package enum Value: Sendable, Equatable {
    /// A basic or literal string, on one line or several.
    case text(String)
    /// The strings of an array; others in it are left out.
    case list([String])
    /// Anything else that is one word: `3`, `true`.
    case word(String)
  }

  /// Keys below more tables than this are nobody's: no configuration nests so deep.
  private static let deepest = 16

  /// The tables of `[…]`, in the order of the document.
  package private(set) var tables: [[String]] = []
  private var values: [[String]: Value] = [:]

  /// Reads a document; nil for what is not UTF-8.
  package init?(_ content: [UInt8]) {
    guard String(validating: content, as: UTF8.self) != nil else { return nil }
    var reader = TOMLReader(content)
    var table: [String]? = []
    while let byte = reader.nextStatement() {
      if byte == UInt8(ascii: "[") {
        table = reader.header(deepest: Self.deepest)
        if let table { tables.append(table) }
      } else if let key = reader.key(deepest: Self.deepest), let value = reader.value(), let table,
        table.count + key.count <= Self.deepest
      {
        values[table + key] = value
      }
      reader.skipLine()
    }
  }

  /// The value of a key below its tables.
  package subscript(_ path: String...) -> Value? { values[path] }

  /// The text of a key; nil where there is none or it is no text.
  package func text(_ path: String...) -> String? {
    if case .text(let text) = values[path] { text } else { nil }
  }

  /// The list of a key; nil where there is none or it is no list.
  package func list(_ path: String...) -> [String]? {
    if case .list(let list) = values[path] { list } else { nil }
  }

  /// The whole number of a key; nil where there is none or it is no number.
  package func number(_ path: String...) -> Int? {
    if case .word(let word) = values[path] { Int(word) } else { nil }
  }
}
