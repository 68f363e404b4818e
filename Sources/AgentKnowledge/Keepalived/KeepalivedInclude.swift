import AgentHost

/// The files that an `include` of a Keepalived configuration means.
enum KeepalivedInclude {
  /// The paths of a pattern, sorted; relative to the directory of the file that includes.
  ///
  /// `*` and `?` in the last part are understood. A pattern without them names one file, which may be missing.
  static func paths(_ pattern: String, from path: String, _ files: HostFiles) throws(FileError) -> [String] {
    let directory = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
    let full = pattern.hasPrefix("/") ? pattern : "\(directory)/\(pattern)"
    guard isPattern(full) else { return try files.kind(full) == nil ? [] : [full] }
    let parent = String(full[..<(full.lastIndex(of: "/") ?? full.startIndex)])
    let last = Array(full.utf8.dropFirst(parent.utf8.count + 1))
    guard !isPattern(parent) else { throw FileError(full, .wrongKind("a pattern of directories")) }
    var found: [String] = []
    for name in try files.entries(parent) ?? [] where !name.hasPrefix(".") || last.first == UInt8(ascii: ".") {
      let file = "\(parent)/\(name)"
      if matches(Array(name.utf8), last), try files.kind(file) == .regular { found.append(file) }
    }
    return found
  }

  private static func isPattern(_ text: String) -> Bool { text.utf8.contains { "*?[".utf8.contains($0) } }

  /// Whether a name matches, in time that grows with the product of both lengths at most.
  static func matches(_ name: [UInt8], _ pattern: [UInt8]) -> Bool {
    var (index, place) = (0, 0)
    var star: (place: Int, index: Int)?
    while index < name.count {
      if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
        star = (place, index)
        place += 1
      } else if place < pattern.count, pattern[place] == UInt8(ascii: "?") || pattern[place] == name[index] {
        (index, place) = (index + 1, place + 1)
      } else if let last = star {
        star = (last.place, last.index + 1)
        (index, place) = (last.index + 1, last.place + 1)
      } else {
        return false
      }
    }
    return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
