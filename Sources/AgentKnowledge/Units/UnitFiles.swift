package import AgentHost

/// systemd's unit files on disk, with its directories and their precedence (systemd.unit(5), "Unit File Load Path").
package struct UnitFiles: Sendable {
  /// Which start of the manager is meant.
  package enum Scope: Sendable {
    /// The running system.
    case running
    /// The next boot, which finds /run empty.
    case nextBoot
  }

  /// A unit file.
  package struct Location: Sendable, Equatable {
    /// Its path.
    package var path: String
    /// Whether it is a link to /dev/null: the unit cannot be started.
    package var isMasked: Bool

    /// Makes a location.
    package init(path: String, isMasked: Bool) {
      self.path = path
      self.isMasked = isMasked
    }
  }

  /// The directories, the strongest first. /lib counts where it is not yet a link to /usr/lib.
  package let directories: [String]
  private let files: HostFiles

  /// Looks below the root of `files`.
  package init(_ files: HostFiles, scope: Scope = .running) {
    self.files = files
    let all = [
      "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
    ]
    directories = (all + ["/lib/systemd/system"]).filter { scope == .running || !$0.hasPrefix("/run/") }
  }

  /// The file that defines a unit; nil when there is none.
  package func find(_ unit: String) throws(FileError) -> Location? {
    for directory in directories {
      let path = "\(directory)/\(unit)"
      if try files.linkTarget(path) == "/dev/null" { return Location(path: path, isMasked: true) }
      if try files.kind(path) == .regular { return Location(path: path, isMasked: false) }
    }
    return nil
  }

  /// The drop-ins of a unit in the order in which systemd applies them; a stronger directory hides the same name.
  ///
  /// Those for all units of its type (`service.d`) are the weakest, wherever they lie (systemd.unit(5)).
  package func dropIns(of unit: String) throws(FileError) -> [String] {
    var byName: [String: String] = [:]
    let type = unit.split(separator: ".").last.map(String.init) ?? unit
    for folder in ["\(type).d", "\(unit).d"] {
      for directory in directories.reversed() {
        for name in try files.entries("\(directory)/\(folder)") ?? [] where name.hasSuffix(".conf") {
          byName[name] = "\(directory)/\(folder)/\(name)"
        }
      }
    }
    var paths: [String] = []
    for (_, path) in byName.sorted(by: { $0.key < $1.key }) where try files.linkTarget(path) != "/dev/null" {
      paths.append(path)
    }
    return paths
  }

  /// The names of all unit files that end in `suffix`, sorted.
  package func names(suffix: String) throws(FileError) -> [String] {
    var names: Set<String> = []
    for directory in directories {
      names.formUnion((try files.entries(directory) ?? []).filter { $0.hasSuffix(suffix) })
    }
    return names.sorted()
  }

  /// The units that others pull in by `.wants` and `.requires` links, each with the first link found.
  package func pulledIn() throws(FileError) -> [String: String] {
    var links: [String: String] = [:]
    for directory in directories {
      for name in try files.entries(directory) ?? [] where name.hasSuffix(".wants") || name.hasSuffix(".requires") {
        for unit in try files.entries("\(directory)/\(name)") ?? [] where links[unit] == nil {
          links[unit] = "\(directory)/\(name)/\(unit)"
        }
      }
    }
    return links
  }
}
