import Glibc

/// The process's standard output and error.
package enum StandardStreams {
  /// Writes all of it to standard output; what a closed pipe refuses is dropped.
  package static func output(_ bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }

  /// Writes all of it to standard output; what a closed pipe refuses is dropped.
  package static func output(_ text: String) { output(Array(text.utf8)) }

  /// Writes a line to standard error.
  package static func error(_ line: String) { write(Array((line + "\n").utf8), to: STDERR_FILENO) }

  /// Writes what ends the program to standard error; the journal shows every line of it as an error (sd-daemon(3)).
  package static func complaint(_ text: String) {
    guard Journal.isStandardError else { return error(text) }
    for line in text.split(whereSeparator: \.isNewline) { error("<3>\(line)") }
  }

  /// Closes both, once all is written: a process whose thread is held by a dead file system may end only later, and who
  /// reads the output must not wait for that.
  package static func finish() {
    fflush(nil)
    close(STDOUT_FILENO)
    close(STDERR_FILENO)
  }

  private static func write(_ bytes: [UInt8], to descriptor: CInt) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno != EINTR { return }
      rest = rest.dropFirst(max(0, count))
    }
  }
}
