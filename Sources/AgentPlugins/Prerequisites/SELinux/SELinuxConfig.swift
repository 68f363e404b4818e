/// What /etc/selinux/config says, read as libselinux reads it at boot (selinux_getenforcemode() and
/// selinux_getpolicytype() in libselinux/src/selinux_config.c).
struct SELinuxConfig: Sendable, Equatable {
  static let path = "/etc/selinux/config"
  private static let modeTag = "SELINUX="
  private static let typeTag = "selinuxtype="

  /// A line that counts, or was meant to.
  struct Line: Sendable, Equatable {
    /// Counted from 1.
    var number: Int
    var text: String

    var source: String { "\(SELinuxConfig.path):\(number)" }
  }

  /// The mode of the first line that gives one; nil when none does, which boots permissive.
  var mode: SELinuxMode?
  /// That line.
  var modeLine: Line?
  /// The first line that means to give a mode, but is not understood.
  var misread: Line?
  /// The policy's name: that of the last line that gives one.
  var type = "targeted"

  /// `SELINUX=` stands at the very beginning of its line, and the value is told by how it begins, in any case and
  /// without quotes; before `SELINUXTYPE=`, in any case, blanks may stand.
  init(_ content: [UInt8]) {
    for (index, bytes) in content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      let trimmed = String(text.drop(while: \.isWhitespace))
      if trimmed.lowercased().hasPrefix(Self.typeTag) {
        let value = trimmed.dropFirst(Self.typeTag.count).filter { !$0.isWhitespace }
        if !value.isEmpty { type = value }
        continue
      }
      guard mode == nil, Self.isMeant(trimmed) else { continue }
      let line = Line(number: index + 1, text: trimmed.filter { $0 != "\r" })
      if text.hasPrefix(Self.modeTag), let found = Self.mode(text.dropFirst(Self.modeTag.count)) {
        mode = found
        modeLine = line
      } else {
        misread = misread ?? line
      }
    }
  }

  /// `selinux = "enforcing"` and the like.
  private static func isMeant(_ line: String) -> Bool {
    line.filter { !$0.isWhitespace }.lowercased().hasPrefix(modeTag.lowercased())
  }

  private static func mode(_ value: Substring) -> SELinuxMode? {
    let word = value.drop(while: \.isWhitespace).lowercased()
    return [SELinuxMode.enforcing, .permissive, .disabled].first { word.hasPrefix($0.rawValue) }
  }
}
