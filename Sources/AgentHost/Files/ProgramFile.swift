import CLinux
import Glibc

extension HostFiles {
  /// Whether a path leads to a regular file that somebody may execute; nil when there is nothing.
  package func isProgram(_ path: String) throws(FileError) -> Bool? {
    do throws(FileError) {
      return try opened(path, flags: clinux_O_PATH) { (file) throws(FileError) in
        guard try Self.kind(file, path) == .regular else { return false }
        return try Self.status(file, path).st_mode & (S_IXUSR | S_IXGRP | S_IXOTH) != 0
      }
    } catch {
      guard error.reason == .notFound else { throw error }
      return nil
    }
  }
}
