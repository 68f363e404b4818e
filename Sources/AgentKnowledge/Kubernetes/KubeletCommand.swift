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
    var reader = UnitEnvironmentReader(files: files)
    try reader.readManager()
    var command: [String] = []
    var commandFile = unit.path
    for path in [unit.path] + (try units.dropIns(of: "kubelet.service")) {
      let settings = UnitText.parse(try files.text(path))
      reader.apply(settings, from: path)
      // An empty value takes back the command of the weaker files.
      for setting in settings where setting.section == "Service" && setting.key == "ExecStart" {
        (command, commandFile) = (UnitWords.split(setting.value), path)
      }
    }
    reader.readEnvironmentFiles()
    if let error = reader.unreadable.first { throw error }
    let environment = reader.variables.mapValues { UnitWords.Word(text: $0.value, file: $0.file) }
    let words = UnitWords.expand(command, file: commandFile, environment: environment)
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
