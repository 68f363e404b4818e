import Glibc

/// The directory that relative paths of the command line start from.
package enum WorkingDirectory {
  /// Its absolute path; `/` when it was removed.
  package static var path: String {
    guard let path = getcwd(nil, 0) else { return "/" }
    defer { free(path) }
    return String(cString: path)
  }
}
