package import AgentHost

/// Variables that a service starts with, as the files state them: the manager's `DefaultEnvironment=`, then
/// `Environment=` of the unit and its drop-ins, then its environment files, and `UnsetEnvironment=` last
/// (systemd.exec(5), "Environment Variables in Spawned Processes").
///
/// `PassEnvironment=` and `systemctl set-environment` hand on what the running manager has, which no file tells.
package struct UnitEnvironment: Sendable, Equatable {
  /// The value of a variable and where it was given.
  package struct Variable: Sendable, Equatable {
    /// The value.
    package var value: String
    /// `FILE:LINE`.
    package var source: String
    /// The environment file that gave it; nil for the unit's and the manager's own settings.
    package var environmentFile: String?

    /// The file of ``source``.
    var file: String { String(source[..<(source.lastIndex(of: ":") ?? source.endIndex)]) }

    /// Makes a variable.
    package init(value: String, source: String, environmentFile: String? = nil) {
      self.value = value
      self.source = source
      self.environmentFile = environmentFile
    }
  }

  /// The variables that were asked for and are set.
  package var variables: [String: Variable]
  /// Why some of them are not known: the path and the reason.
  package var problems: [String]

  /// Makes an environment.
  package init(variables: [String: Variable] = [:], problems: [String] = []) {
    self.variables = variables
    self.problems = problems
  }

  /// Reads the environment of a unit; nil when there is no such unit, or it is masked.
  ///
  /// - Parameter names: the variables to keep; what else an environment holds may be secret and is dropped.
  package init?(of unit: String, names: Set<String>, reading files: HostFiles) {
    do throws(FileError) {
      let units = UnitFiles(files)
      guard let location = try units.find(unit), !location.isMasked else { return nil }
      var reader = UnitEnvironmentReader(files: files, names: names)
      try reader.readManager()
      for path in [location.path] + (try units.dropIns(of: unit)) {
        reader.apply(UnitText.parse(try files.text(path)), from: path)
      }
      reader.readEnvironmentFiles()
      self.init(variables: reader.variables, problems: reader.problems + reader.unreadable.map { "\($0)" })
    } catch {
      self.init(problems: ["\(error)"])
    }
  }
}

/// The settings of a service while its files are applied one after the other.
struct UnitEnvironmentReader {
  let files: HostFiles
  /// The variables to keep; nil for all.
  private let names: Set<String>?
  private var manager: [String: UnitEnvironment.Variable] = [:]
  private var own: [String: UnitEnvironment.Variable] = [:]
  private var loaded: [String: UnitEnvironment.Variable] = [:]
  private var unset: [String] = []
  private var environmentFiles: [String] = []
  private(set) var problems: [String] = []
  /// The environment files that could not be read.
  private(set) var unreadable: [FileError] = []

  private static let directories = ["/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"]

  init(files: HostFiles, names: Set<String>? = nil) {
    self.files = files
    self.names = names
  }

  /// What stays when all is put together.
  var variables: [String: UnitEnvironment.Variable] {
    let all = manager.merging(own) { $1 }.merging(loaded) { $1 }
    return all.filter { name, variable in !unset.contains(name) && !unset.contains("\(name)=\(variable.value)") }
  }

  mutating func readManager() throws(FileError) {
    let settings = try LayeredSettings.read(files, directories: Self.directories, "system.conf")
    for line in settings.all("Manager", "DefaultEnvironment") { assign(line.value, line.source, to: \.manager) }
  }

  mutating func apply(_ settings: [UnitText.Setting], from path: String) {
    for setting in settings where setting.section == "Service" {
      switch setting.key {
      case "Environment": assign(setting.value, "\(path):\(setting.line)", to: \.own)
      case "EnvironmentFile": collect(setting.value.isEmpty ? [] : [setting.value], in: \.environmentFiles)
      case "UnsetEnvironment": collect(UnitWords.split(setting.value), in: \.unset)
      default: break
      }
    }
  }

  /// An empty value takes back what stands before it.
  private mutating func collect(_ values: [String], in list: WritableKeyPath<Self, [String]>) {
    self[keyPath: list] = values.isEmpty ? [] : self[keyPath: list] + values
  }

  private mutating func assign(
    _ text: String, _ source: String, to scope: WritableKeyPath<Self, [String: UnitEnvironment.Variable]>
  ) {
    if text.isEmpty { self[keyPath: scope] = [:] }
    for word in UnitWords.split(text) {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, isWanted(parts[0]) else { continue }
      self[keyPath: scope][parts[0]] = UnitEnvironment.Variable(value: parts[1], source: source)
    }
  }

  /// A missing file is empty here, whether `-` stands before it or not: that the unit then does not start is not a
  /// matter of its variables. A file that is named often is read once, at its last place: what it gave before is
  /// overwritten there.
  mutating func readEnvironmentFiles() {
    let paths = environmentFiles.map { $0.hasPrefix("-") ? String($0.dropFirst()) : $0 }
    let last = Dictionary(zip(paths, paths.indices)) { $1 }
    for (index, path) in paths.enumerated() where last[path] == index {
      guard !path.contains(where: { "*?[%".contains($0) }) else {
        problems.append("\(path): patterns and specifiers of EnvironmentFile= are not followed")
        continue
      }
      do throws(FileError) {
        guard let text = try files.textIfPresent(path) else { continue }
        for assignment in EnvironmentFile.parse(text) where isWanted(assignment.name) {
          loaded[assignment.name] = UnitEnvironment.Variable(
            value: assignment.value, source: "\(path):\(assignment.line)", environmentFile: path)
        }
      } catch {
        unreadable.append(error)
      }
    }
  }

  private func isWanted(_ name: String) -> Bool { names?.contains(name) ?? true }
}
