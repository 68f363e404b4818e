import AgentCore
import CLinux
import Glibc

/// Reads the host's files: whole, never by their size on paper, never hanging on a FIFO or a device.
package struct HostFiles: Sendable {
  /// What a path leads to.
  package enum Kind: Sendable, Hashable {
    /// A regular file.
    case regular
    /// A directory.
    case directory
    /// Anything else, in words: `a FIFO`.
    case other(String)
  }

  /// Identity and age of a file, to tell whether it was replaced.
  package struct Stamp: Sendable, Hashable {
    /// Inode number.
    package var inode: UInt64
    /// Last change of the content, nanoseconds since 1970.
    package var modifiedNanoseconds: Int64
    /// Size in bytes.
    package var size: Int64
  }

  package let root: HostRoot
  private let forbidden: [String]

  /// Reads below a root.
  ///
  /// - Parameter forbidden: paths of a recorded host that it could not read itself; all below them is denied.
  package init(root: HostRoot, forbidden: [String] = []) {
    self.root = root
    self.forbidden = forbidden
  }

  /// The whole content of a regular file.
  package func bytes(_ path: String, limit: FileLimit = .configuration) throws(FileError) -> [UInt8] {
    try regular(path) { (file) throws(FileError) in try Self.readAll(file, path, limit: limit) }
  }

  /// The start of a regular file, as one read(2) gives it: the whole of a small one at half the cost.
  func start(_ path: String, atMost most: Int) throws(FileError) -> [UInt8] {
    try regular(path) { (file) throws(FileError) in try Self.readOnce(file, path, atMost: most) }
  }

  /// The whole content as text.
  package func text(_ path: String, limit: FileLimit = .configuration) throws(FileError) -> String {
    let content = try bytes(path, limit: limit)
    if let text = String(validating: content, as: UTF8.self) { return text }
    throw FileError(path, .notText(offset: Self.firstBadByte(content)))
  }

  /// As ``text(_:limit:)``, and nil when there is no such file.
  package func textIfPresent(_ path: String, limit: FileLimit = .configuration) throws(FileError) -> String? {
    do { return try text(path, limit: limit) } catch { return try Self.absent(error) }
  }

  /// As ``bytes(_:limit:)``, and nil when there is no such file.
  package func bytesIfPresent(_ path: String, limit: FileLimit = .configuration) throws(FileError) -> [UInt8]? {
    do { return try bytes(path, limit: limit) } catch { return try Self.absent(error) }
  }

  /// The start of a file up to and with `mark`, and not one byte beyond: what follows may be a private key.
  ///
  /// - Returns: nil when the mark does not come within `limit` bytes.
  package func head(_ path: String, through mark: String, limit: Int = 64 << 10) throws(FileError) -> [UInt8]? {
    try regular(path) { (file) throws(FileError) in
      let wanted = Array(mark.utf8)
      var content: [UInt8] = []
      while content.count < limit {
        // As many bytes as the mark still lacks: it cannot end earlier, so nothing after it is read.
        let matched = (0..<wanted.count).reversed().first { content.suffix($0).elementsEqual(wanted.prefix($0)) } ?? 0
        let part = try Self.readOnce(file, path, atMost: wanted.count - matched)
        if part.isEmpty { return nil }
        content += part
        if content.suffix(wanted.count).elementsEqual(wanted) { return content }
      }
      return nil
    }
  }

  /// Reads a regular file piece by piece until `body` has enough: for tables that are too large to be held.
  ///
  /// - Parameter body: takes a piece; false when it needs no more.
  package func pieces(
    _ path: String, limit: FileLimit, _ body: ([UInt8]) -> Bool
  ) throws(FileError) {
    try regular(path) { (file) throws(FileError) in
      var count = 0
      while true {
        let part = try Self.readOnce(file, path, atMost: 64 << 10)
        count += part.count
        guard count <= limit.bytes else { throw FileError(path, .tooLarge(limit: limit.bytes)) }
        if part.isEmpty || !body(part) { return }
      }
    }
  }

  /// What a path leads to, links followed; nil when there is nothing.
  package func kind(_ path: String) throws(FileError) -> Kind? {
    do {
      return try opened(path, flags: clinux_O_PATH) { (file) throws(FileError) in try Self.kind(file, path) }
    } catch { return try Self.absent(error) }
  }

  /// Opens a file for reading, and reads nothing of it.
  package func probe(_ path: String) throws(FileError) { _ = try open(path, flags: O_RDONLY | O_NONBLOCK) }

  /// Identity and age of a file, links followed; nil when there is nothing.
  package func stamp(_ path: String) throws(FileError) -> Stamp? {
    do {
      let status = try opened(path, flags: clinux_O_PATH) { (file) throws(FileError) in try Self.status(file, path) }
      let seconds = Int64(status.st_mtim.tv_sec)
      let modified = seconds.multipliedSaturated(by: 1_000_000_000).addingSaturated(Int64(status.st_mtim.tv_nsec))
      return Stamp(inode: UInt64(status.st_ino), modifiedNanoseconds: modified, size: Int64(status.st_size))
    } catch { return try Self.absent(error) }
  }

  /// The target of a symbolic link as it is written; nil when there is nothing or no link.
  package func linkTarget(_ path: String) throws(FileError) -> String? {
    do {
      return try opened(path, flags: clinux_O_PATH | clinux_O_NOFOLLOW) { link in
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlinkat(link.raw, "", &buffer, buffer.count)
        guard count >= 0 else { return nil }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
      }
    } catch { return try Self.absent(error) }
  }

  /// The names in a directory, sorted; nil when there is no such directory.
  package func entries(_ path: String) throws(FileError) -> [String]? {
    do {
      return try opened(path, flags: O_RDONLY | clinux_O_DIRECTORY | O_NONBLOCK) { (directory) throws(FileError) in
        try Self.names(directory, path)
      }
    } catch { return try Self.absent(error) }
  }

  /// Opens a path unless the recording says that it could not be read, or its file system is known not to answer, and
  /// gives the descriptor to `body`; the worker knows meanwhile what its thread may be waiting for.
  func opened<Value: ~Copyable>(
    _ path: String, flags: CInt, _ body: (consuming FileDescriptor) throws(FileError) -> Value
  ) throws(FileError) -> Value {
    guard !forbids(path) else { throw FileError(path, .permissionDenied) }
    if let held = WorkerThread.current?.enter(path) { throw FileError(path, .unanswered(path: held.path)) }
    defer { WorkerThread.current?.leave() }
    return try body(try root.open(path, flags: flags))
  }

  /// The descriptor itself, for what is done with it later and elsewhere.
  func open(_ path: String, flags: CInt) throws(FileError) -> FileDescriptor {
    try opened(path, flags: flags) { (file) throws(FileError) in file }
  }

  /// A regular file, opened for reading.
  private func regular<Value>(
    _ path: String, _ body: (borrowing FileDescriptor) throws(FileError) -> Value
  ) throws(FileError) -> Value {
    // O_NONBLOCK: opening a FIFO without a writer returns at once (fifo(7)).
    try opened(path, flags: O_RDONLY | O_NONBLOCK) { (file) throws(FileError) in
      let kind = try Self.kind(file, path)
      guard kind == .regular else { throw FileError(path, .wrongKind(kind.text)) }
      return try body(file)
    }
  }

  /// Whether the recording says that a path could not be read.
  func forbids(_ path: String) -> Bool {
    forbidden.contains { path == $0 || path.hasPrefix($0 == "/" ? "/" : $0 + "/") }
  }
}

extension HostFiles {
  private static func absent<T>(_ error: FileError) throws(FileError) -> T? {
    guard error.reason == .notFound else { throw error }
    return nil
  }

  static func status(_ file: borrowing FileDescriptor, _ path: String) throws(FileError) -> stat {
    var status = stat()
    guard fstat(file.raw, &status) == 0 else { throw FileError(path, call: "fstat", code: errno) }
    return status
  }

  static func kind(_ file: borrowing FileDescriptor, _ path: String) throws(FileError) -> Kind {
    switch clinux_file_kind(try status(file, path).st_mode) {
    case CChar(UInt8(ascii: "-")): .regular
    case CChar(UInt8(ascii: "d")): .directory
    case CChar(UInt8(ascii: "p")): .other("a FIFO")
    case CChar(UInt8(ascii: "s")): .other("a socket")
    case CChar(UInt8(ascii: "c")): .other("a character device")
    case CChar(UInt8(ascii: "b")): .other("a block device")
    default: .other("no regular file")
    }
  }

  /// Reads to the end, because st_size of pseudo-files lies.
  private static func readAll(
    _ file: borrowing FileDescriptor, _ path: String, limit: FileLimit
  ) throws(FileError) -> [UInt8] {
    var content: [UInt8] = []
    var chunk = 16 << 10
    while true {
      let part = try readOnce(file, path, atMost: chunk)
      if part.isEmpty { return content }
      content += part
      guard content.count <= limit.bytes else { throw FileError(path, .tooLarge(limit: limit.bytes)) }
      chunk = min(max(chunk, content.count), 1 << 20)
    }
  }

  private static func readOnce(
    _ file: borrowing FileDescriptor, _ path: String, atMost most: Int
  ) throws(FileError) -> [UInt8] {
    let raw = file.raw
    while true {
      var code: CInt = 0
      var isRead = false
      let part = [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
        let received = Glibc.read(raw, buffer.baseAddress, most)
        code = errno
        isRead = received >= 0
        count = max(0, received)
      }
      if isRead { return part }
      guard code == EINTR else { throw FileError(path, call: "read", code: code) }
    }
  }

  private static func names(_ file: borrowing FileDescriptor, _ path: String) throws(FileError) -> [String] {
    // fdopendir takes the descriptor over, so it gets one of its own.
    guard let directory = fdopendir(dup(file.raw)) else { throw FileError(path, call: "fdopendir", code: errno) }
    defer { closedir(directory) }
    var names: [String] = []
    errno = 0
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw FileError(path, call: "readdir", code: errno) }
    return names.sorted()
  }

  private static func firstBadByte(_ content: [UInt8]) -> Int {
    var decoder = UTF8()
    var bytes = content.makeIterator()
    var offset = 0
    while case .scalarValue(let scalar) = decoder.decode(&bytes) { offset += UTF8.width(scalar) }
    return offset
  }
}

extension HostFiles.Kind {
  /// The kind in words.
  package var text: String {
    switch self {
    case .regular: "a regular file"
    case .directory: "a directory"
    case .other(let words): words
    }
  }
}
