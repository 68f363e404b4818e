/// One fact behind a verdict: what was read and what stood there.
public struct Evidence: Sendable, Hashable {
  /// The file, with its line where that helps, or the bus property or probe.
  public var source: String
  /// The value found there, in the source's own words.
  public var value: String

  /// Makes a piece of evidence.
  public init(_ source: String, _ value: String) {
    self.source = source
    self.value = value
  }
}
