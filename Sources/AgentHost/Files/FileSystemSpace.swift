import AgentCore
package import AgentText
import CLinux
import Glibc

/// How much of a file system is free (statvfs(3)).
package struct FileSystemSpace: Sendable, Hashable, Codable {
  /// Its size in bytes.
  package var totalBytes: UInt64
  /// What ordinary processes may still write, in bytes.
  package var freeBytes: UInt64
  /// How many files it can hold; 0 where there is no such limit, as on btrfs.
  package var totalInodes: UInt64
  /// How many more files ordinary processes may make.
  package var freeInodes: UInt64

  /// Makes a space.
  package init(totalBytes: UInt64, freeBytes: UInt64, totalInodes: UInt64 = 0, freeInodes: UInt64 = 0) {
    self.totalBytes = totalBytes
    self.freeBytes = freeBytes
    self.totalInodes = totalInodes
    self.freeInodes = freeInodes
  }

  /// The free share, 0 to 1, also where more is said to be free than there is; 1 for a file system without a size.
  package var freeShare: Double { totalBytes == 0 ? 1 : min(1, Double(freeBytes) / Double(totalBytes)) }
  /// The free share of files, 0 to 1; 1 where there is no limit.
  package var freeInodeShare: Double { totalInodes == 0 ? 1 : min(1, Double(freeInodes) / Double(totalInodes)) }
}

extension FileSystemSpace: SettingsEncodable {
  /// Reads `totalBytes` and `freeBytes` of a recording, and `totalInodes` and `freeInodes` where they were recorded.
  package init?(from reader: SettingsReader) {
    let total: Int? = reader.required("totalBytes")
    let free: Int? = reader.required("freeBytes")
    let (inodes, freeInodes) = (reader.value("totalInodes", default: 0), reader.value("freeInodes", default: 0))
    guard let total, let free else { return nil }
    self.init(
      totalBytes: UInt64(max(0, total)), freeBytes: UInt64(max(0, free)), totalInodes: UInt64(max(0, inodes)),
      freeInodes: UInt64(max(0, freeInodes)))
  }

  package func write(to writer: inout SettingsWriter) {
    writer.value("totalBytes", Int(clamping: totalBytes))
    writer.value("freeBytes", Int(clamping: freeBytes))
    writer.value("totalInodes", Int(clamping: totalInodes), default: 0)
    writer.value("freeInodes", Int(clamping: freeInodes), default: 0)
  }
}

/// How much is free below paths of the node's own services: never of a network file system, which may not answer.
package protocol FileSystemSpaces: Sendable {
  /// The space of the file system that a path lies on; nil when there is nothing at the path.
  ///
  /// - Throws: ``FileError``, or ``NotRecorded``.
  func space(_ path: String) async throws -> FileSystemSpace?
}

/// Asks the running kernel, on the worker thread.
package struct LiveSpaces: FileSystemSpaces {
  private let files: HostFiles
  private let worker: Worker

  package init(files: HostFiles, worker: Worker) {
    self.files = files
    self.worker = worker
  }

  package func space(_ path: String) async throws -> FileSystemSpace? {
    try await worker.run { [files] in try files.space(path) }
  }
}

/// What was recorded: `spaces` of `recorded.yaml`.
package struct RecordedSpaces: FileSystemSpaces {
  private let spaces: [String: FileSystemSpace]

  package init(_ spaces: [AbsolutePath: FileSystemSpace]) {
    self.spaces = Dictionary(uniqueKeysWithValues: spaces.map { ("\($0.key)", $0.value) })
  }

  package func space(_ path: String) throws -> FileSystemSpace? {
    guard let recorded = spaces[path] else { throw NotRecorded("how much is free below \(path)") }
    return recorded
  }
}

/// A recording does not tell something that is no file.
package struct NotRecorded: Error, Sendable, Hashable, CustomStringConvertible {
  /// The words.
  package let description: String

  /// - Parameter what: what it does not tell.
  package init(_ what: String) { description = "the recording does not tell \(what)" }
}

extension HostFiles {
  /// The space of the file system that a path lies on, links followed; nil when there is nothing at the path.
  package func space(_ path: String) throws(FileError) -> FileSystemSpace? {
    guard try kind(path) != nil else { return nil }
    let status = try opened(path, flags: clinux_O_PATH) { (file) throws(FileError) in
      var status = statvfs()
      guard fstatvfs(file.raw, &status) == 0 else { throw FileError(path, call: "fstatvfs", code: errno) }
      return status
    }
    let unit = UInt64(status.f_frsize)
    return FileSystemSpace(
      totalBytes: UInt64(status.f_blocks).multipliedSaturated(by: unit),
      freeBytes: UInt64(status.f_bavail).multipliedSaturated(by: unit),
      totalInodes: UInt64(status.f_files), freeInodes: UInt64(status.f_favail))
  }
}
