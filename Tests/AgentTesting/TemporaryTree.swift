import Foundation

/// A directory of a test's own, removed when it is no longer needed.
package final class TemporaryTree: Sendable {
  /// Its absolute path.
  package let path: String

  /// Makes the directory with these files; names are relative, missing directories are made.
  package init(_ files: [String: String] = [:]) throws {
    path = NSTemporaryDirectory() + "nodeagent-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, content) in files { try write(name, content) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, making its directories.
  package func write(_ name: String, _ content: String) throws { try write(name, bytes: Array(content.utf8)) }

  /// Writes a file of any bytes, making its directories.
  package func write(_ name: String, bytes: [UInt8]) throws {
    let file = path + "/" + name
    let directory = (file as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
  }

  /// Lets everybody execute a file.
  package func allowExecution(_ name: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path + "/" + name)
  }

  /// Makes a symbolic link.
  package func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: path + "/" + name, withDestinationPath: target)
  }

  /// Removes a file or a directory.
  package func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }
}
