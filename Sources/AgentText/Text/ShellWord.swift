/// A word of a command that people paste into a shell.
package enum ShellWord {
  /// The text as one word of POSIX's shell: plain where nothing in it means anything there, else in single quotes
  /// (POSIX.1-2017, Shell Command Language, 2.2.2).
  package static func quote(_ text: String) -> String {
    let isPlain =
      !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._=/-:,@%+".contains($0)) }
    return isPlain
      ? text : "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
