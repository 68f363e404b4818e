/// A system or C library call that failed.
package struct SystemCallError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The call.
  package var call: String
  /// Its error number (errno(3)).
  package var code: Int32

  /// Makes an error.
  package init(_ call: String, code: Int32) {
    self.call = call
    self.code = code
  }

  /// Call and error in the system's words.
  package var description: String { "\(call): \(errorText(code))" }
}
