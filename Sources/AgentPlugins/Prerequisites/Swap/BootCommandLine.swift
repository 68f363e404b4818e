/// The kernel's command line as systemd reads it (kernel-command-line(7)); the next boot is taken to have the same.
struct BootCommandLine: Equatable {
  private let words: [Substring]

  init(_ text: String) { words = text.split(whereSeparator: \.isWhitespace) }

  /// A switch such as `systemd.swap=0`; nil when it is not given or is no boolean. Without a value it is true.
  func bool(_ key: String) -> Bool? {
    guard let text = text(key) else { return words.contains { $0 == key } ? true : nil }
    switch text.lowercased() {
    case "1", "yes", "y", "true", "t", "on": return true
    case "0", "no", "n", "false", "f", "off": return false
    default: return nil
    }
  }

  /// The value of the last `KEY=VALUE`.
  func text(_ key: String) -> String? {
    words.last { $0.hasPrefix(key + "=") }.map { String($0.dropFirst(key.count + 1)) }
  }
}
