package import AgentHost

/// A configuration file of systemd's kind with drop-ins: `NAME`, then `NAME.d/*.conf` of all directories by name.
package struct LayeredSettings: Sendable {
  /// A value and the place that gave it.
  package struct Value: Sendable, Equatable {
    /// The value as it is written.
    package var value: String
    /// `FILE:LINE`.
    package var source: String
  }

  private var layers: [(path: String, settings: [UnitText.Setting])] = []
  private var headings: [String: String] = [:]

  /// The settings of one file's text.
  package init(path: String, text: String) { add(path, text) }

  private init() {}

  /// - Parameter directories: the strongest first; only the strongest main file counts, and a drop-in hides those of
  ///   the same name in weaker directories. /run is left out: the next boot finds it empty.
  package static func read(_ files: HostFiles, directories: [String], _ name: String) throws(FileError)
    -> LayeredSettings
  {
    var result = LayeredSettings()
    for directory in directories where try files.kind("\(directory)/\(name)") == .regular {
      result.add("\(directory)/\(name)", try files.text("\(directory)/\(name)"))
      break
    }
    var dropIns: [String: String] = [:]
    for directory in directories.reversed() {
      for file in try files.entries("\(directory)/\(name).d") ?? [] where file.hasSuffix(".conf") {
        dropIns[file] = "\(directory)/\(name).d/\(file)"
      }
    }
    for (_, path) in dropIns.sorted(by: { $0.key < $1.key }) where try files.linkTarget(path) != "/dev/null" {
      result.add(path, try files.text(path))
    }
    return result
  }

  private mutating func add(_ path: String, _ text: String) {
    layers.append((path, UnitText.parse(text)))
    for (name, line) in UnitText.sections(text) where headings[name] == nil { headings[name] = "\(path):\(line)" }
  }

  /// The last assignment of a key.
  package func last(_ section: String, _ key: String) -> Value? {
    for (path, settings) in layers.reversed() {
      if let found = settings.last(where: { $0.section == section && $0.key == key }) {
        return Value(value: found.value, source: "\(path):\(found.line)")
      }
    }
    return nil
  }

  /// All assignments of a key in the order in which they are read, for keys that collect their values.
  package func all(_ section: String, _ key: String) -> [Value] {
    layers.flatMap { path, settings in
      settings.filter { $0.section == section && $0.key == key }
        .map { Value(value: $0.value, source: "\(path):\($0.line)") }
    }
  }

  /// All sections, each with the place of its first heading, sorted by name.
  package var sections: [(name: String, source: String)] {
    headings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
