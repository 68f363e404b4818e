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
    /// The line's first two words, as they stand there: the directory and the first client.
    package var excerpt: String
    /// What follows the directory: clients with their options, over all lines that belong to it.
    package var clients = ""

    /// Whether a blank stands between a client and its options: they are then those of everybody, and the client has the
    /// defaults (exports(5), "host (rw)").
    package var hasStrayOptions: Bool {
      let words = clients.split(whereSeparator: \.isWhitespace)
      return zip(words, words.dropFirst()).contains { client, options in
        options.hasPrefix("(") && !client.hasPrefix("-") && !client.contains("(")
      }
    }

    /// Where something must be mounted for the directory to be exported: `mountpoint` or `mp`, with a path or for the
    /// directory itself; nil where nothing is asked.
    package var mountPoint: String? {
      let options = clients.split { $0.isWhitespace || "(),-".contains($0) }
      for option in options {
        let parts = option.split(separator: "=", maxSplits: 1)
        guard parts.first == "mountpoint" || parts.first == "mp" else { continue }
        return parts.count > 1 && parts[1].hasPrefix("/") ? ExportsFile.canonical(String(parts[1])) : path
      }
      return nil
    }
  }

  /// The exports, in the order of the files.
  package var exports: [Export]

  /// Reads the files; for the worker thread.
  package init(reading files: HostFiles) throws(FileError) {
    exports = []
    for path in try Self.paths(files) { exports += try Self.read(path, files) }
  }

  /// The files that there may be.
  static func paths(_ files: HostFiles) throws(FileError) -> [String] {
    let included = try files.entries("/etc/exports.d") ?? []
    return ["/etc/exports"] + included.filter { $0.hasSuffix(".exports") }.map { "/etc/exports.d/\($0)" }
  }

  /// What one file exports; nothing when it is missing.
  static func read(_ path: String, _ files: HostFiles) throws(FileError) -> [Export] {
    parse(try files.bytesIfPresent(path) ?? [], path: path)
  }

  /// Reads a text: a path, in quotes where it holds blanks, and its clients. A backslash joins lines, but a comment ends
  /// with its own line (xskipcomment() and xgetc() in support/nfs/xio.c of nfs-utils 2.6 and 2.8).
  static func parse(_ content: [UInt8], path: String) -> [Export] {
    var exports: [Export] = []
    var isContinued = false
    let lines = String(decoding: content, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let wasContinued = isContinued
      isContinued = line.hasSuffix("\\") && !line.contains("#")
      let text = line.drop { $0 == " " || $0 == "\t" }
      if wasContinued, let last = exports.indices.last { exports[last].clients += " " + clients(text) }
      guard !wasContinued, let directory = directory(text) else { continue }
      var export = Export(path: directory, source: "\(path):\(index + 1)", excerpt: Self.excerpt(line))
      export.clients = clients(afterDirectory(text))
      exports.append(export)
    }
    return exports
  }

  private static func excerpt(_ line: Substring) -> String {
    line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).prefix(2).joined(separator: " ")
  }

  /// Without a comment and the backslash at the end.
  private static func clients(_ text: Substring) -> String {
    let words = text.prefix { $0 != "#" }
    return String(words.hasSuffix("\\") ? words.dropLast() : words)
  }

  private static func afterDirectory(_ line: Substring) -> Substring {
    line.hasPrefix("\"")
      ? line.dropFirst().drop { $0 != "\"" }.dropFirst() : line.drop { $0 != " " && $0 != "\t" && $0 != "#" }
  }

  private static func directory(_ line: Substring) -> String? {
    let path =
      line.hasPrefix("\"")
      ? line.dropFirst().prefix { $0 != "\"" } : line.prefix { $0 != " " && $0 != "\t" && $0 != "#" }
    guard path.hasPrefix("/"), let decoded = OctalEscapes.decode(path.utf8) else { return nil }
    return canonical(String(decoding: decoded, as: UTF8.self))
  }

  /// A path as it is compared: without doubled slashes and one at its end.
  package static func canonical(_ path: String) -> String { "/" + path.split(separator: "/").joined(separator: "/") }
}
