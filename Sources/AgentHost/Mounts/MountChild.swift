import CLinux
import Glibc

/// The child that asks a mounted file system: a call on a dead server may never return, and only a process can be ended.
///
///     nodeagent stat-mount PARENT POINT
///
/// It writes one line of numbers: an error number, or 0 and what ``MountStatus`` holds.
package enum MountChild {
  /// The word that chooses the hidden mode, as the first argument.
  package static let word = "stat-mount"

  /// What the child is started with, besides the mount point: it ends with the process that starts it.
  package static var words: [String] { [word, "\(getpid())"] }

  /// Looks and ends; never returns.
  package static func run(_ words: [String], path: UnsafePointer<CChar>?) -> Never {
    guard words.count == 2, let parent = pid_t(words[0]), let path else { _exit(64) }
    // If the agent is gone already, nobody asks any more and nobody would end this process.
    guard clinux_die_with_parent(parent) == 0 else { _exit(0) }
    clinux_close_above(2)
    var status = clinux_mount_status()
    let code = clinux_look_at_mount(path, &status)
    let numbers: [UInt64] =
      code != 0
      ? [UInt64(code)]
      : [
        0, UInt64(status.major), UInt64(status.minor), UInt64(status.open_to_all), UInt64(status.writable),
        status.total, status.free, status.total_inodes, status.free_inodes, status.microseconds,
      ]
    let line = numbers.map { String($0) }.joined(separator: " ") + "\n"
    _ = Array(line.utf8).withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
    _exit(0)
  }

  /// Reads the line; nil for anything else.
  package static func look(_ output: [UInt8]) -> MountProbe? {
    let words = String(decoding: output, as: UTF8.self).split(whereSeparator: { $0 == " " || $0 == "\n" })
    let numbers = words.compactMap { UInt64($0) }
    guard numbers.count == words.count, let code = numbers.first else { return nil }
    if code != 0 { return numbers.count == 1 ? .failed(Int32(clamping: code)) : nil }
    guard numbers.count == 10, numbers[4] < 4, let major = UInt32(exactly: numbers[1]),
      let minor = UInt32(exactly: numbers[2])
    else {
      return nil
    }
    let space = FileSystemSpace(
      totalBytes: numbers[5], freeBytes: numbers[6], totalInodes: numbers[7], freeInodes: numbers[8])
    return .answered(
      MountStatus(
        device: DeviceNumber(major: major, minor: minor), space: numbers[5] == 0 ? nil : space,
        isOpenToAll: numbers[3] != 0, isWritable: numbers[4] & 1 != 0, isRemembered: numbers[4] & 2 != 0,
        microseconds: Int(clamping: numbers[9])))
  }
}
