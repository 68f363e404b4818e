import AgentText
package import AgentHost

/// What this host exports by NFS: /etc/exports and /etc/exports.d (exports(5)).
package struct ExportsFile: Sendable, Equatable {
  /// One exported directory.
  package struct Export: Sendable, Hashable {
    /// The directory.
    package var path: String
    /// File and line.
    package var source: String
  }

  /// The exports, in the order of the files.
  package var exports: [Export]

  /// Reads the files; for the worker thread.
  package init(reading files: HostFiles) throws(FileError) {
    exports = []
    let included = try files.entries("/etc/exports.d") ?? []
    let paths = ["/etc/exports"] + included.filter { $0.hasSuffix(".exports") }.map { "/etc/exports.d/\($0)" }
    for path in paths { exports += Self.parse(try files.bytesIfPresent(path) ?? [], path: path) }
  }

  /// Reads a text: a path, in quotes where it holds blanks, and its clients; a backslash joins lines.
  static func parse(_ content: [UInt8], path: String) -> [Export] {
    var exports: [Export] = []
    var isContinued = false
    let lines = String(decoding: content, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let wasContinued = isContinued
      isContinued = line.hasSuffix("\\")
      let text = line.drop { $0 == " " || $0 == "\t" }
      guard !wasContinued, let directory = directory(text) else { continue }
      exports.append(Export(path: directory, source: "\(path):\(index + 1)"))
    }
    return exports
  }

  private static func directory(_ line: Substring) -> String? {
    let path =
      line.hasPrefix("\"")
      ? line.dropFirst().prefix { $0 != "\"" } : line.prefix { $0 != " " && $0 != "\t" && $0 != "#" }
    guard path.hasPrefix("/"), let decoded = OctalEscapes.decode(path.utf8) else { return nil }
    let text = String(decoding: decoded, as: UTF8.self)
    return text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text
  }
}
