import AgentText
import AgentHost

/// /proc/swaps (proc(5)): a head line, then name, type, size and use in KiB, and priority of each swap area.
enum ProcSwapsParser {
  /// A line that is no swap area.
  struct Mistake: Error, Equatable {
    var line: Int
  }

  static func parse(_ text: String) throws(Mistake) -> [SwapDevice] {
    var devices: [SwapDevice] = []
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated().dropFirst() where !line.allSatisfy(\.isWhitespace) {
      guard let device = device(line) else { throw Mistake(line: index + 1) }
      devices.append(device)
    }
    return devices
  }

  private static func device(_ line: Substring) -> SwapDevice? {
    let words = line.split { $0 == " " || $0 == "\t" }
    guard words.count == 5, words[0].hasPrefix("/") || words[1] == "virtual", let size = UInt64(words[2]),
      let used = UInt64(words[3]),
      Int(words[4]) != nil, size <= UInt64.max / 1024, used <= UInt64.max / 1024
    else { return nil }
    // The kernel writes "\040(deleted)" behind the name of a removed file.
    let name = OctalEscapes.text(words[0])
    let isDeleted = name.hasSuffix(deleted)
    let path = isDeleted ? String(name.dropLast(deleted.count)) : name
    guard let kind = kind(type: words[1], path: path) else { return nil }
    return SwapDevice(path: path, kind: kind, size: size * 1024, used: used * 1024, isDeleted: isDeleted)
  }

  private static func kind(type: Substring, path: String) -> SwapDevice.Kind? {
    switch type {
    case "partition": path.hasPrefix("/dev/zram") ? .zram : .partition
    case "file": .file
    case "virtual": .lent
    default: nil
    }
  }

  private static let deleted = " (deleted)"
}
