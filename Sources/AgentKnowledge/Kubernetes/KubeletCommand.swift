import AgentHost

/// The kubelet's command line as its unit, the unit's drop-ins and their environment files give it.
struct KubeletCommand: Equatable {
  var unit: Fact<String>
  /// The program's path; nil when no unit names one.
  var program: String?
  var flags: [KubeletFlag] = []
  var problem: KubeletProblem?

  /// Where kubeadm's packages put flags, for hosts whose unit is not recorded.
  private static let wellKnown = [
    ("/var/lib/kubelet/kubeadm-flags.env", "KUBELET_KUBEADM_ARGS"),
    ("/etc/default/kubelet", "KUBELET_EXTRA_ARGS"), ("/etc/sysconfig/kubelet", "KUBELET_EXTRA_ARGS"),
  ]

  static func read(_ files: HostFiles) -> KubeletCommand {
    do throws(FileError) {
      return try readUnit(files)
    } catch {
      return KubeletCommand(unit: .unreadable(error), problem: KubeletProblem(error))
    }
  }

  private static func readUnit(_ files: HostFiles) throws(FileError) -> KubeletCommand {
    let units = UnitFiles(files)
    guard let unit = try units.find("kubelet.service"), !unit.isMasked else {
      return KubeletCommand(unit: .absent, flags: KubeletFlag.parse(try wellKnownWords(files)))
    }
    var state = UnitState()
    for path in [unit.path] + (try units.dropIns(of: "kubelet.service")) {
      state.apply(UnitText.parse(try files.text(path)), from: path)
    }
    try state.readEnvironmentFiles(files)
    let words = UnitWords.expand(state.command, file: state.commandFile, environment: state.environment)
    let program = words.first.map { String($0.text.drop { "@-:+!|".contains($0) }) }
    return KubeletCommand(
      unit: .known(unit.path, source: unit.path), program: program,
      flags: KubeletFlag.parse(Array(words.dropFirst())))
  }

  private static func wellKnownWords(_ files: HostFiles) throws(FileError) -> [UnitWords.Word] {
    var words: [UnitWords.Word] = []
    for (path, variable) in wellKnown {
      guard let text = try files.textIfPresent(path) else { continue }
      for assignment in EnvironmentFile.parse(text) where assignment.name == variable {
        words += UnitWords.split(assignment.value).map { UnitWords.Word(text: $0, file: path) }
      }
    }
    return words
  }
}

/// The settings of a service while its unit file and drop-ins are applied one after the other.
private struct UnitState {
  var environment: [String: UnitWords.Word] = [:]
  var command: [String] = []
  var commandFile = ""
  private var environmentFiles: [String] = []

  mutating func apply(_ settings: [UnitText.Setting], from path: String) {
    for setting in settings where setting.section == "Service" {
      switch setting.key {
      case "Environment": assign(setting.value, from: path)
      case "EnvironmentFile": addEnvironmentFile(setting.value)
      case "ExecStart":
        // An empty value takes back the command of the weaker files.
        command = UnitWords.split(setting.value)
        commandFile = path
      default: break
      }
    }
  }

  private mutating func assign(_ value: String, from path: String) {
    if value.isEmpty { environment = [:] }
    for word in UnitWords.split(value) {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      if parts.count == 2 { environment[parts[0]] = UnitWords.Word(text: parts[1], file: path) }
    }
  }

  private mutating func addEnvironmentFile(_ value: String) {
    guard !value.isEmpty else { return environmentFiles = [] }
    environmentFiles.append(value.hasPrefix("-") ? String(value.dropFirst()) : value)
  }

  /// The files override `Environment=` (systemd.exec(5)). A missing one is empty here, whether optional or not: that
  /// the unit then does not start is not a matter of its settings.
  mutating func readEnvironmentFiles(_ files: HostFiles) throws(FileError) {
    for path in environmentFiles {
      guard let text = try files.textIfPresent(path) else { continue }
      for assignment in EnvironmentFile.parse(text) {
        environment[assignment.name] = UnitWords.Word(text: assignment.value, file: path)
      }
    }
  }
}
