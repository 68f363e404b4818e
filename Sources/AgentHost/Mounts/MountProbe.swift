package import AgentText
import Glibc

/// What looking at a mounted file system gave.
package enum MountProbe: Sendable, Hashable, Codable {
  /// It answered.
  case answered(MountStatus)
  /// The call failed with this error number: ESTALE when the server no longer knows the directory.
  case failed(Int32)
  /// There was no answer in the time, and the child was killed.
  case stuck
  /// An earlier child for the same server cannot be killed yet; its number, and for how many seconds it has been there.
  case stillStuck(process: Int, seconds: Int)
  /// As many children as may be at once are at work, or one for the same server is.
  case busy
  /// As many children as may be are those of other servers that cannot be killed.
  case noRoom(stuck: Int)
  /// It is not mounted any more, or nothing leads to it: it is covered, or this process does not see it.
  case gone
  /// No child could be started or understood, in words.
  case impossible(String)
  /// The host is recorded, and this was not.
  case notRecorded

  /// How long a look may take. Both the agent's patience with the helper and a round of the plugin are longer.
  package static let deadline = Duration.milliseconds(2300)

  /// Whether the error means that the process may not look.
  package static func isDenial(_ code: Int32) -> Bool { code == EACCES || code == EPERM }

  /// What came back in words; nil where it answered.
  package var words: String? {
    switch self {
    case .answered: nil
    case .failed(let code): errorText(code)
    case .stuck: "no answer within \(Self.deadline.settingsText)"
    case .stillStuck(let process, let seconds): "process \(process) has waited for \(seconds) s and cannot be ended"
    case .busy: "too many servers are looked at already"
    case .noRoom(let stuck):
      "\(stuck) processes that looked at other servers cannot be ended, and no more are started"
    case .gone: "not mounted any more, or hidden from the agent"
    case .impossible(let words): words
    case .notRecorded: "the recording does not tell"
    }
  }

  /// Whether the error means that nothing is at the mount point.
  package var isMissing: Bool { self == .failed(ENOENT) || self == .failed(ENOTDIR) }

  /// Whether the error means that the server no longer knows the directory.
  package var isStale: Bool { self == .failed(ESTALE) }
}

/// What the server says of the directory that is mounted.
package struct MountStatus: Sendable, Hashable, Codable {
  /// The file system that was found at the mount point.
  package var device: DeviceNumber
  /// How much is free there; nil when the server does not say.
  package var space: FileSystemSpace?
  /// Whether everybody may write to the directory by its mode.
  package var isOpenToAll: Bool
  /// Whether the server lets this process write to it.
  package var isWritable: Bool
  /// Whether `isWritable` is what the kernel remembers: the process could not have the server asked anew.
  package var isRemembered: Bool
  /// How long the server took, in microseconds.
  package var microseconds: Int

  /// Makes a status.
  package init(
    device: DeviceNumber, space: FileSystemSpace? = nil, isOpenToAll: Bool = false, isWritable: Bool = true,
    isRemembered: Bool = false, microseconds: Int = 0
  ) {
    self.device = device
    self.space = space
    self.isOpenToAll = isOpenToAll
    self.isWritable = isWritable
    self.isRemembered = isRemembered
    self.microseconds = microseconds
  }
}

/// What looking at a file system of a recorded host gave: a value of `mounts` in `recorded.yaml`, by its number.
///
///     mounts:
///       "0:52": {totalBytes: 1099511627776, freeBytes: 549755813888}
///       "0:53": {error: 116}
///       "0:54": {stuck: true}
package struct RecordedMountProbe: SettingsEncodable, Sendable {
  private let error: Int
  private let isStuck: Bool
  private let isWritable: Bool
  private let isOpenToAll: Bool
  private let space: FileSystemSpace?

  /// Reads `error` (an error number), `stuck`, `writable`, `openToAll`, `totalBytes`, `freeBytes`, `totalInodes` and
  /// `freeInodes`.
  package init?(from reader: SettingsReader) {
    error = reader.value("error", default: 0, in: 0...4095)
    isStuck = reader.value("stuck", default: false)
    isWritable = reader.value("writable", default: true)
    isOpenToAll = reader.value("openToAll", default: false)
    space = reader.has("totalBytes") ? FileSystemSpace(from: reader) : nil
  }

  /// What a look gave, to be recorded; nil for what says nothing of the file system.
  package init?(_ look: MountProbe) {
    switch look {
    case .stuck, .stillStuck: (error, isStuck, isWritable, isOpenToAll, space) = (0, true, true, false, nil)
    case .failed(let code): (error, isStuck, isWritable, isOpenToAll, space) = (Int(code), false, true, false, nil)
    case .answered(let status):
      (error, isStuck) = (0, false)
      (isWritable, isOpenToAll, space) = (status.isWritable, status.isOpenToAll, status.space)
    case .busy, .noRoom, .gone, .impossible, .notRecorded: return nil
    }
  }

  package func write(to writer: inout SettingsWriter) {
    writer.value("error", error, default: 0)
    writer.value("stuck", isStuck, default: false)
    writer.value("writable", isWritable, default: true)
    writer.value("openToAll", isOpenToAll, default: false)
    space?.write(to: &writer)
  }

  package func look(at device: DeviceNumber) -> MountProbe {
    if isStuck { return .stuck }
    if error != 0 { return .failed(Int32(error)) }
    return .answered(
      MountStatus(device: device, space: space, isOpenToAll: isOpenToAll, isWritable: isWritable))
  }
}
