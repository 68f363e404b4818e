import AgentHost
import AgentKnowledge

/// Whether a service turns swap on, as its ExecStart or the script that it starts says.
enum SwapServices {
  /// What tells it.
  struct Sign: Equatable {
    var text: String
    /// Whether it works on zram's devices.
    var isZram: Bool
  }

  /// A script that sets up swap is small; of others, and of programs, nothing is read.
  private static let largestScript = 64 << 10
  /// Programs that are no scripts: swapspace(8) adds and removes swap files by need.
  private static let programs = ["swapspace"]
  private static let shells: Set<String> = ["sh", "bash", "dash", "env"]

  static func sign(_ path: String, _ files: HostFiles) throws(FileError) -> Sign? {
    guard let text = String(validating: try files.bytesIfPresent(path) ?? [], as: UTF8.self) else { return nil }
    let starts = UnitText.parse(text).filter {
      $0.section == "Service" && ["ExecStart", "ExecStartPre", "ExecStartPost"].contains($0.key)
    }
    for start in starts {
      if turnsOn(start.value[...]) { return sign(start.value) }
      let words = UnitWords.split(start.value).map { String($0.drop { "@-:+!|".contains($0) }) }
      let program = words.first { !shells.contains(name($0)) && !$0.hasPrefix("-") }
      guard let program, program.hasPrefix("/") else { continue }
      if programs.contains(name(program)) { return Sign(text: name(program), isZram: false) }
      if let script = try script(program, files), script.split(whereSeparator: \.isNewline).contains(where: turnsOn) {
        return sign(program + " " + script)
      }
    }
    return nil
  }

  private static func sign(_ text: String) -> Sign {
    Sign(text: text.contains("zram") ? "a service for zram" : "a service", isZram: text.contains("zram"))
  }

  /// The text of a script; nil for what is none, is large, or is not there.
  private static func script(_ path: String, _ files: HostFiles) throws(FileError) -> String? {
    guard try files.kind(path) == .regular, try files.head(path, through: "#!", limit: 2) != nil,
      let content = try files.bytesIfPresent(path),
      content.count <= largestScript
    else { return nil }
    return String(decoding: content, as: UTF8.self)
  }

  /// Whether a line calls swapon on something, zramctl to set a device up, or zram-config's own script; swapon and
  /// zramctl without a device only list what is there.
  static func turnsOn(_ line: Substring) -> Bool {
    let words = line.prefix { $0 != "#" }.split { $0.isWhitespace || "\"';&|()`".contains($0) }
    for (index, word) in words.enumerated() {
      let rest = words[(index + 1)...]
      switch name(String(word.drop { "@-:+!".contains($0) })) {
      case "swapon": if !rest.isEmpty, !rest.contains(where: isListing) { return true }
      case "zramctl":
        if rest.contains(where: { ["-f", "--find", "-s", "--size"].contains(option($0)) }) { return true }
      case "init-zram-swapping": return true
      default: continue
      }
    }
    return false
  }

  private static func isListing(_ word: Substring) -> Bool {
    ["--show", "--summary", "-s", "--noheadings", "--version", "-V", "--help", "-h"].contains(option(word))
  }

  private static func option(_ word: Substring) -> String { String(word.prefix { $0 != "=" }) }

  private static func name(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }
}
