import CLinux
import Glibc

/// A directory that generated documents are written to.
package struct OutputDirectory: Sendable {
  private let path: String

  /// Takes an existing directory, or makes it; the one above it must exist.
  ///
  /// - Throws: ``FileError``.
  package init(_ path: String) throws(FileError) {
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw FileError(path, call: "mkdir", code: errno) }
    self.path = path
  }

  /// Writes a file, replacing one of that name.
  ///
  /// - Throws: ``FileError``.
  package func write(_ text: String, to name: String) throws(FileError) {
    let target = "\(path)/\(name)"
    guard let file = fopen(target, "we") else { throw FileError(target, call: "fopen", code: errno) }
    let bytes = Array(text.utf8)
    let written = fwrite(bytes, 1, bytes.count, file)
    let code = errno
    guard fclose(file) == 0, written == bytes.count else { throw FileError(target, call: "fwrite", code: code) }
  }
}

/// The directory that relative paths of the command line start from.
package enum WorkingDirectory {
  /// Its absolute path; `/` when it was removed.
  package static var path: String {
    guard let path = getcwd(nil, 0) else { return "/" }
    defer { free(path) }
    return String(cString: path)
  }
}
