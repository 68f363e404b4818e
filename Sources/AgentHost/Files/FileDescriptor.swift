import Glibc

/// Sole owner of an open descriptor; closed when it goes out of scope.
struct FileDescriptor: ~Copyable, Sendable {
  let raw: CInt

  /// Takes over a descriptor that a system call has just returned.
  init(owning raw: CInt) { self.raw = raw }

  deinit { close(raw) }
}
