import AgentText
import AgentHost

/// /etc/fstab (fstab(5)).
enum Fstab {
  /// A line with its fields.
  struct Entry: Equatable {
    /// Counted from 1.
    var line: Int
    var device: String
    var type: String
    var options: [String]

    /// Whether systemd-fstab-generator turns it on at boot.
    var isAutomatic: Bool { !options.contains("noauto") }
  }

  static let path = "/etc/fstab"

  static func parse(_ text: String) -> [Entry] {
    var entries: [Entry] = []
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      let fields = line.split { $0 == " " || $0 == "\t" }
      guard fields.count >= 3, !fields[0].hasPrefix("#") else { continue }
      let options = fields.count > 3 ? fields[3].split(separator: ",").map(String.init) : []
      entries.append(
        Entry(line: index + 1, device: OctalEscapes.text(fields[0]), type: String(fields[2]), options: options))
    }
    return entries
  }

  /// The path of the device that a line names: `UUID=x` is a link that udev makes (udev(7), fstab(5)).
  static func devicePath(_ device: String) -> String {
    for (tag, directory) in [
      ("UUID=", "by-uuid"), ("LABEL=", "by-label"), ("PARTUUID=", "by-partuuid"), ("PARTLABEL=", "by-partlabel"),
    ] where device.hasPrefix(tag) {
      let value = device.dropFirst(tag.count).filter { $0 != "\"" }
      return "/dev/disk/\(directory)/" + value.map { $0 == " " ? "\\x20" : String($0) }.joined()
    }
    return device
  }
}

/// Names of units that stand for paths (systemd.unit(5), "String Escaping for Inclusion in Unit Names").
enum UnitNames {
  static func swap(of path: String) -> String {
    let parts = path.split(separator: "/")
    return parts.map { $0.utf8.map(escape).joined() }.joined(separator: "-") + ".swap"
  }

  private static func escape(_ byte: UInt8) -> String {
    let character = Character(Unicode.Scalar(byte))
    let isPlain = byte < 0x80 && (character.isLetter || character.isNumber || ":_.".contains(character))
    if isPlain { return String(character) }
    let digits = String(byte, radix: 16)
    return "\\x" + (digits.count == 1 ? "0" : "") + digits
  }
}
