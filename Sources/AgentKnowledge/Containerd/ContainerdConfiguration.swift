package import AgentCore
package import AgentHost
import AgentText

/// The part of containerd's configuration that checks need.
///
/// config.toml and what its `imports` name: patterns, relative to the file; lists of all files add up, of other values
/// the last counts (containerd-config.toml(5) of 1.6 to 2.1).
package struct ContainerdConfiguration: Sendable, Equatable {
  /// The file, unless the unit's `--config` names another.
  package static let path = "/etc/containerd/config.toml"
  /// So many files are read at most.
  private static let mostFiles = 64

  /// What switches the interface for Kubernetes off: the file, and the word in `disabled_plugins`.
  package var disabled: Evidence?
  /// `root`: where images and containers are kept.
  package var root = "/var/lib/containerd"

  /// Without a file all plugins are on.
  package init() {}

  /// Reads the files; for the worker thread.
  package static func read(_ files: HostFiles) throws(FileError) -> ContainerdConfiguration {
    var configuration = ContainerdConfiguration()
    var open = [try file(files)]
    var seen: Set<String> = []
    while let path = open.popLast(), seen.count < mostFiles {
      guard seen.insert(path).inserted, let content = try files.bytesIfPresent(path) else { continue }
      guard let document = TOMLText(content) else { throw FileError(path, .wrongKind("no text in UTF-8")) }
      configuration.take(document, path)
      let folder = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
      for pattern in document.list("imports") ?? [] {
        open += try matches(pattern.hasPrefix("/") ? pattern : "\(folder)/\(pattern)", files).reversed()
      }
    }
    return configuration
  }

  private mutating func take(_ document: TOMLText, _ path: String) {
    if let root = document.text("root"), !root.isEmpty { self.root = root }
    // A file without a version is of version 1, where plugins go by their ID alone (services/server/config).
    let isOld = (document.number("version") ?? 1) < 2
    let names: Set<String> =
      isOld ? ["cri"] : ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.runtime", "io.containerd.cri.v1.images"]
    if disabled == nil, let name = document.list("disabled_plugins")?.first(where: names.contains) {
      disabled = Evidence(path, name)
    }
  }

  /// `--config FILE` or `-c FILE` of the unit.
  private static func file(_ files: HostFiles) throws(FileError) -> String {
    let units = UnitFiles(files)
    let unit = try units.find("containerd.service").flatMap { $0.isMasked ? nil : $0.path }
    var start = ""
    for path in [unit].compactMap(\.self) + (try units.dropIns(of: "containerd.service")) {
      let text = String(decoding: try files.bytesIfPresent(path) ?? [], as: UTF8.self)
      start = UnitText.parse(text).last { $0.section == "Service" && $0.key == "ExecStart" }?.value ?? start
    }
    let words = UnitWords.split(start)
    for (index, word) in words.enumerated() {
      if word.hasPrefix("--config=") { return String(word.dropFirst(9)) }
      if word == "--config" || word == "-c", index + 1 < words.count { return words[index + 1] }
    }
    return path
  }

  /// The files of a pattern whose last name alone is one, in the order of names, as Go's filepath.Glob gives them.
  private static func matches(_ pattern: String, _ files: HostFiles) throws(FileError) -> [String] {
    guard Glob.isPattern(pattern) else { return [pattern] }
    let folder = String(pattern[..<(pattern.lastIndex(of: "/") ?? pattern.startIndex)])
    guard !Glob.isPattern(folder) else { return [] }
    return (try files.entries(folder) ?? []).map { "\(folder)/\($0)" }.filter { Glob.matches(pattern, $0) }.sorted()
  }
}
