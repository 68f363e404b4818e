import CLinux
import Glibc

extension HostFiles {
  /// Whether a path leads to a regular file that somebody may execute; nil when there is nothing.
  package func isProgram(_ path: String) throws(FileError) -> Bool? {
    do throws(FileError) {
      let file = try open(path, flags: clinux_O_PATH)
      var status = stat()
      guard fstat(file.raw, &status) == 0 else { throw FileError(path, call: "fstat", code: errno) }
      guard try Self.kind(file, path) == .regular else { return false }
      return status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH) != 0
    } catch {
      guard error.reason == .notFound else { throw error }
      return nil
    }
  }
}
