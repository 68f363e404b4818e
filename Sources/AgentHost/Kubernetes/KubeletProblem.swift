/// Why a part of the kubelet's configuration is not known.
public struct KubeletProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file, with `:LINE:COLUMN` where the mistake has a place.
  public var source: String
  /// What is wrong, in words.
  public var message: String

  /// Makes a problem.
  public init(_ source: String, _ message: String) {
    self.source = source
    self.message = message
  }

  init(_ error: FileError) { self.init(error.path, error.text) }

  /// Source and message.
  public var description: String { "\(source): \(message)" }
}
