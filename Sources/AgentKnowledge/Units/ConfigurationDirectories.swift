package import AgentHost

/// The `*.conf` files that systemd reads from a set of directories of one name: sysctl.d(5), modules-load.d(5) and their
/// siblings.
///
/// The directories are merged by base name: of two files with one name, only the one in the stronger directory counts,
/// whatever it holds. The files are read in the order of their base names, wherever they lie (systemd's
/// src/basic/conf-files.c, the same in 252 and 257).
package struct ConfigurationDirectories: Sendable, Equatable {
  /// One base name.
  package struct File: Sendable, Equatable {
    /// The path that is read.
    package var path: String
    /// What it does: it is read, it masks, or it cannot be seen.
    package var effect: Effect
    /// The paths of the same name that it overrides, the strongest first.
    package var overrides: [String]

    /// Makes a file.
    package init(path: String, effect: Effect = .applies, overrides: [String] = []) {
      self.path = path
      self.effect = effect
      self.overrides = overrides
    }
  }

  /// What a file does.
  package enum Effect: Sendable, Equatable {
    /// It is read.
    case applies
    /// It is empty, a link to /dev/null or a link to nothing: it only keeps weaker files of its name from being read.
    case masks
    /// What it holds cannot be read.
    case unreadable(FileError)
  }

  /// One file for each base name, in the order in which they are read.
  package var files: [File]
  /// The directories that exist, the strongest first.
  package var directories: [String]
  /// The directories that could not be listed: what they hold may add to the files or override them.
  package var problems: [FileError]

  /// Makes a merged list.
  package init(files: [File] = [], directories: [String] = [], problems: [FileError] = []) {
    self.files = files
    self.directories = directories
    self.problems = problems
  }

  /// The files that are read.
  package var effective: [File] { files.filter { $0.effect == .applies } }

  /// The places where systemd looks for a directory of this name, the strongest first.
  ///
  /// - Parameter name: for example `sysctl.d`.
  package static func places(_ name: String) -> [String] {
    ["/etc", "/run", "/usr/local/lib", "/usr/lib"].map { "\($0)/\(name)" }
  }

  /// Lists and merges the directories of a name.
  ///
  /// /lib is looked at too, as the weakest, where it is a directory of its own and no link to /usr/lib.
  package init(_ name: String, in files: HostFiles) {
    self.init()
    var found: [String: [String]] = [:]
    for directory in Self.places(name) + Self.splitPlace(name, files) {
      do throws(FileError) {
        guard let entries = try files.entries(directory) else { continue }
        directories.append(directory)
        for entry in entries where entry.hasSuffix(".conf") && !entry.hasPrefix(".") {
          let path = "\(directory)/\(entry)"
          if Self.isListed(path, files) { found[entry, default: []].append(path) }
        }
      } catch {
        problems.append(error)
      }
    }
    // strcmp(3) compares bytes, and so does this.
    for name in found.keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      guard let paths = found[name], let path = paths.first else { continue }
      self.files.append(File(path: path, effect: Self.effect(of: path, files), overrides: Array(paths.dropFirst())))
    }
  }

  private static func splitPlace(_ name: String, _ files: HostFiles) -> [String] {
    let link = (try? files.linkTarget("/lib")) ?? nil
    return link == nil ? ["/lib/\(name)"] : []
  }

  /// systemd passes over directories in these directories; a link that cannot be followed still takes its name.
  private static func isListed(_ path: String, _ files: HostFiles) -> Bool {
    (try? files.kind(path)) != .some(.directory)
  }

  private static func effect(of path: String, _ files: HostFiles) -> Effect {
    do throws(FileError) {
      // The device itself is not in a recorded tree, and is no regular file on a live host.
      if try files.linkTarget(path)?.hasSuffix("/dev/null") == true { return .masks }
      guard let content = try files.bytesIfPresent(path) else { return .masks }
      return content.isEmpty ? .masks : .applies
    } catch {
      return .unreadable(error)
    }
  }
}
