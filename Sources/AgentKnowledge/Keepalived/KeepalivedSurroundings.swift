import AgentHost
import AgentText

/// What of a host decides how Keepalived takes its configuration: the name for conditional lines, the users and the
/// programs of its scripts.
struct KeepalivedSurroundings {
  /// Whether a script is run.
  enum Word {
    case kept
    /// Keepalived drops it; why.
    case dropped(String)
    /// What cannot be seen of it.
    case unclear(String)
  }

  private static let searchPath = [
    "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
  ]
  private static let shells: Set<String> = ["sh", "bash", "dash", "env", "test", "true"]
  /// Programs elsewhere may lie on a file system that is not to be touched.
  private static let local = ["/usr/", "/bin/", "/sbin/", "/etc/", "/var/lib/"]
  /// Where static pods stand.
  private static let manifests = "/etc/kubernetes/manifests"
  /// Arguments of the service: Debian's and Red Hat's unit read these.
  private static let arguments = ["/etc/default/keepalived", "/etc/sysconfig/keepalived"]
  private static let installed = [
    "/usr/sbin/keepalived", "/usr/local/sbin/keepalived", "/usr/lib/systemd/system/keepalived.service",
    "/lib/systemd/system/keepalived.service", "/etc/systemd/system/keepalived.service",
    "/etc/systemd/system/multi-user.target.wants/keepalived.service",
  ]

  let files: HostFiles

  /// The name that lines beginning with `@` are compared with: `--config-id`, else the host's name without its domain
  /// (keepalived(8)); nil when it cannot be told.
  var configID: String? {
    if let given = argument("-i", "--config-id") { return given }
    for path in ["/proc/sys/kernel/hostname", "/etc/hostname"] {
      let text = (try? files.textIfPresent(path)) ?? nil ?? ""
      guard let line = text.split(whereSeparator: \.isWhitespace).first else { continue }
      return String(line.prefix { $0 != "." })
    }
    return nil
  }

  /// The configuration that the service is given (`--use-file`), where it is one below /etc.
  var configuration: String? {
    argument("-f", "--use-file").flatMap { $0.hasPrefix("/etc/") ? $0 : nil }
  }

  /// The value of an option of the service.
  private func argument(_ short: String, _ long: String) -> String? {
    for path in Self.arguments {
      let words = ((try? files.textIfPresent(path)) ?? nil ?? "").split(whereSeparator: \.isNewline)
        .filter { !$0.drop(while: \.isWhitespace).hasPrefix("#") }
        .flatMap { $0.split { $0.isWhitespace || $0 == "=" || $0 == "\"" || $0 == "'" } }
      if let flag = words.lastIndex(where: { $0 == short || $0 == long }), flag + 1 < words.count {
        return String(words[flag + 1])
      }
    }
    return nil
  }

  /// Whether a static pod runs Keepalived: its programs and users are the image's.
  var isInPod: Bool {
    let names = ((try? files.entries(Self.manifests)) ?? nil) ?? []
    return names.contains { name in
      guard !name.hasPrefix("."), let bytes = try? files.bytes("\(Self.manifests)/\(name)"),
        let root = (try? YAMLParser.document(bytes, allowDuplicateKeys: true)) ?? nil
      else { return false }
      let images = (root[path: "spec", "containers"]?.sequence ?? []).compactMap { $0["image"]?.text }
      let mounts = (root[path: "spec", "volumes"]?.sequence ?? []).compactMap { $0[path: "hostPath", "path"]?.text }
      return images.contains { $0.contains("keepalived") }
        || mounts.contains { $0 == "/etc/keepalived" || $0.hasPrefix("/etc/keepalived/") }
    }
  }

  /// Whether the host has a Keepalived of its own; without one the configuration may be a container's.
  var isInstalled: Bool {
    Self.installed.contains { path in
      ((try? files.kind(path)) ?? nil) != nil || ((try? files.linkTarget(path)) ?? nil) != nil
    }
  }

  /// Whether a script's user and program are there.
  ///
  /// Keepalived 2.2.7: a script whose user or group is not there, or whose program is not there or not executable, is
  /// removed. Without `user` and `script_user` it is run as keepalived_script, and where that user is not there as root,
  /// which `enable_script_security` forbids (lib/notify.c, vrrp.c: check_track_script_secure).
  func word(on script: KeepalivedTracker, defaultUser: [String], isSecure: Bool) -> Word {
    var user = script.user.isEmpty ? defaultUser : script.user
    if user.isEmpty, isSecure { user = ["keepalived_script"] }
    if let name = user.first, name != "root" || user.count > 1 {
      switch isThere(user) {
      case false?:
        let words = user.joined(separator: " ")
        return .dropped(
          script.user.isEmpty && defaultUser.isEmpty
            ? "no script_user, and no user \(words): enable_script_security forbids root"
            : "there is no user or group \(words)")
      case nil: return .unclear("whether there is a user \(name) cannot be seen")
      case true?: break
      }
    }
    return program(of: script.subject ?? "")
  }

  /// Only names count; Keepalived takes no numbers. Nil when users come from elsewhere too.
  private func isThere(_ user: [String]) -> Bool? {
    guard let users = names("/etc/passwd", source: "passwd"), let name = user.first else { return nil }
    guard users.contains(name) || name == "root" else { return false }
    guard user.count > 1, user[1] != "root" else { return true }
    return names("/etc/group", source: "group").map { $0.contains(user[1]) }
  }

  private func names(_ path: String, source: String) -> Set<String>? {
    let local: Set<String> = ["files", "compat", "altfiles", "systemd", "db"]
    for line in ((try? files.textIfPresent("/etc/nsswitch.conf")) ?? nil ?? "").split(whereSeparator: \.isNewline) {
      let words = line.prefix { $0 != "#" }.split { $0.isWhitespace || $0 == ":" }
      guard words.first == source[...] else { continue }
      if words.dropFirst().contains(where: { !local.contains(String($0)) && !$0.hasPrefix("[") }) { return nil }
    }
    guard let text = (try? files.textIfPresent(path)) ?? nil else { return nil }
    let more = (try? files.textIfPresent("/usr/lib" + path.dropFirst(4))) ?? nil ?? ""
    return Set((text + "\n" + more).split(whereSeparator: \.isNewline).map { String($0.prefix { $0 != ":" }) })
  }

  /// What is not plainly one program's path is not judged.
  private func program(of command: String) -> Word {
    guard let program = command.split(whereSeparator: \.isWhitespace).first.map(String.init),
      !program.contains(where: { "'\"$<>|&;`~{".contains($0) })
    else { return .kept }
    guard program.contains("/") else {
      // A recorded tree holds few programs, and where one of a name alone would be is not known.
      let found = Self.searchPath.map { state("\($0)/\(program)") }
      if found.contains(.program) || found.contains(.unseen) || files.root.mode == .recorded { return .kept }
      return .dropped("there is no program \(program)")
    }
    guard Self.local.contains(where: program.hasPrefix) else { return .kept }
    switch state(program) {
    case .program, .unseen: return .kept
    case .notExecutable: return .dropped("\(program) is not executable")
    case .missing: return .dropped("there is no \(program)")
    }
  }

  private enum State {
    case program, notExecutable, missing
    /// It may not be looked at, or is in a directory that a recorded tree does not hold.
    case unseen
  }

  private func state(_ path: String) -> State {
    do {
      if let found = try files.isProgram(path) { return found ? .program : .notExecutable }
      if files.root.mode == .live { return .missing }
      // Every host has a shell; recordings leave it out.
      let name = path.split(separator: "/").last ?? ""
      if Self.shells.contains(String(name)) { return .unseen }
      let directory = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
      return try files.kind(directory) == .directory ? .missing : .unseen
    } catch {
      return .unseen
    }
  }
}
