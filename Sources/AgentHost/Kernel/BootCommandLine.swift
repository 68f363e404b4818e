/// The kernel's command line as systemd reads it (kernel-command-line(7)); the next boot is taken to have the same.
package struct BootCommandLine: Sendable, Equatable {
  /// Where the kernel shows it.
  package static let path = "/proc/cmdline"

  /// Its words, in their order.
  package let words: [String]

  /// Takes the text of /proc/cmdline.
  package init(_ text: String) { words = text.split(whereSeparator: \.isWhitespace).map(String.init) }

  /// A switch such as `systemd.swap=0`; nil when it is not given or is no boolean. Without a value it is true.
  package func bool(_ key: String) -> Bool? {
    guard let text = text(key) else { return words.contains { $0 == key } ? true : nil }
    switch text.lowercased() {
    case "1", "yes", "y", "true", "t", "on": return true
    case "0", "no", "n", "false", "f", "off": return false
    default: return nil
    }
  }

  /// The value of the last `KEY=VALUE`.
  package func text(_ key: String) -> String? {
    words.last { $0.hasPrefix(key + "=") }.map { String($0.dropFirst(key.count + 1)) }
  }

  /// The items of every `KEY=A,B`, in their order; `-` and `_` are the same in a key, as systemd has it.
  package func list(_ key: String) -> [String] {
    words.flatMap { word -> [String] in
      let parts = word.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, parts[0].replacing("-", with: "_") == key.replacing("-", with: "_") else { return [] }
      return parts[1].split(separator: ",").map(String.init)
    }
  }

  /// Reads the host's; absent where /proc is not there.
  package static func read(_ files: HostFiles) -> Fact<BootCommandLine> {
    Fact(from: path) { () throws(FileError) in
      try files.bytesIfPresent(path, limit: .kernel).map { BootCommandLine(String(decoding: $0, as: UTF8.self)) }
    }
  }
}
