/// Options as mountinfo writes them: `rw,vers=4.2,addr=192.0.2.1`.
package struct MountOptions: Sendable, Hashable {
  /// All of them, as they stand there.
  package let text: String

  /// Takes the text.
  package init(_ text: String) { self.text = text }

  /// Whether there is an option of this name without a value.
  package func has(_ name: String) -> Bool { items.contains { $0 == name } }

  /// The value of an option, the last one; nil when there is none.
  package subscript(_ name: String) -> String? {
    items.last { $0.hasPrefix(name) && $0.dropFirst(name.count).first == "=" }.map {
      String($0.dropFirst(name.count + 1))
    }
  }

  private var items: [Substring] { text.split(separator: ",") }
}
