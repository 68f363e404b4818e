import AgentHost
import AgentText

/// The files that an `include` of a Keepalived configuration means.
enum KeepalivedInclude {
  /// The paths of a pattern, sorted; relative to the directory of the file that includes.
  ///
  /// Patterns in the last part are understood. One that is none names one file, which may be missing.
  static func paths(_ pattern: String, from path: String, _ files: HostFiles) throws(FileError) -> [String] {
    let directory = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
    let full = pattern.hasPrefix("/") ? pattern : "\(directory)/\(pattern)"
    guard Glob.isPattern(full) else { return try files.kind(full) == nil ? [] : [full] }
    let parent = String(full[..<(full.lastIndex(of: "/") ?? full.startIndex)])
    let last = String(full.dropFirst(parent.count + 1))
    guard !Glob.isPattern(parent) else { throw FileError(full, .wrongKind("a pattern of directories")) }
    var found: [String] = []
    for name in try files.entries(parent) ?? [] where Glob.matches(last, name) {
      let file = "\(parent)/\(name)"
      if try files.kind(file) == .regular { found.append(file) }
    }
    return found
  }
}
