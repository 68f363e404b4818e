/// A system or C library call that failed.
public struct SystemCallError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The call.
  public var call: String
  /// Its error number (errno(3)).
  public var code: Int32

  /// Makes an error.
  public init(_ call: String, code: Int32) {
    self.call = call
    self.code = code
  }

  /// Call and error in the system's words.
  public var description: String { "\(call): \(errorText(code))" }
}
