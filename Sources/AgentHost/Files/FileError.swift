import CLinux
import Glibc

/// Why a file of the host could not be read.
package struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What came back.
  package enum Reason: Sendable, Hashable {
    /// There is no such file (ENOENT, ENOTDIR).
    case notFound
    /// The agent may not read it (EACCES, EPERM).
    case permissionDenied
    /// It is something else than what was asked for, named here: `a FIFO`, `a directory`.
    case wrongKind(String)
    /// It holds more than the limit, in bytes; nothing of it is used.
    case tooLarge(limit: Int)
    /// It is not UTF-8; the offset of the first bad byte.
    case notText(offset: Int)
    /// Too many symbolic links, or a link that leads out of the root (ELOOP, EXDEV).
    case badLink
    /// A call on its file system does not return: the path that it was made for.
    case unanswered(path: String)
    /// Another error of a system call.
    case system(call: String, code: CInt)
  }

  /// The path below the host's root.
  package var path: String
  /// What came back.
  package var reason: Reason

  /// Makes an error.
  package init(_ path: String, _ reason: Reason) {
    self.path = path
    self.reason = reason
  }

  init(_ path: String, call: String, code: CInt) {
    let reason: Reason =
      switch code {
      case ENOENT, ENOTDIR: .notFound
      case EACCES, EPERM: .permissionDenied
      case ELOOP, EXDEV: .badLink
      default: .system(call: call, code: code)
      }
    self.init(path, reason)
  }

  /// Path and reason in words.
  package var description: String { "\(path): \(text)" }

  /// The reason in words.
  package var text: String {
    switch reason {
    case .notFound: "no such file"
    case .permissionDenied: "permission denied"
    case .wrongKind(let kind): "is \(kind)"
    case .tooLarge(let limit): "holds more than \(limit) bytes"
    case .notText(let offset): "is not UTF-8 (byte \(offset))"
    case .badLink: "a symbolic link goes round in circles or leads nowhere"
    case .unanswered(let path): "is not read: its file system does not answer (\(path))"
    case .system(let call, let code): "\(call): \(errorText(code))"
    }
  }
}

/// The system's own words for an error number.
func errorText(_ code: CInt) -> String {
  var buffer = [CChar](repeating: 0, count: 256)
  guard clinux_error_text(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
  return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
