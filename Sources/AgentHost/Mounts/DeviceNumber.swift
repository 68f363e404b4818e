package import AgentText

/// The number of a mounted file system (`major:minor`, stat(2) `st_dev`): the same at all its mount points.
package struct DeviceNumber: Sendable, Hashable, Codable, Comparable, CustomStringConvertible {
  /// The major number; 0 for file systems without a device.
  package var major: UInt32
  /// The minor number.
  package var minor: UInt32

  /// Makes a number.
  package init(major: UInt32, minor: UInt32) {
    self.major = major
    self.minor = minor
  }

  /// Reads `8:2`; nil for anything else.
  package init?(_ text: some Sequence<UInt8>) {
    let parts = String(decoding: Array(text), as: UTF8.self).split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let major = UInt32(parts[0]), let minor = UInt32(parts[1]) else { return nil }
    self.init(major: major, minor: minor)
  }

  /// `8:2`.
  package var description: String { "\(major):\(minor)" }

  /// By major, then by minor number.
  package static func < (left: DeviceNumber, right: DeviceNumber) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }
}

extension DeviceNumber: SettingsScalar {
  /// Reads what ``description`` writes.
  package init(settingsScalar text: String) throws(SettingsScalarError) {
    guard let number = DeviceNumber(text.utf8) else {
      throw SettingsScalarError("'\(PlainText.short(text))' is no device number", allowed: "MAJOR:MINOR, as in 0:52")
    }
    self = number
  }
}
