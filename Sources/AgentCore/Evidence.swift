/// One fact behind a verdict: what was read and what stood there.
package struct Evidence: Sendable, Hashable {
  /// The file, with its line where that helps, or the bus property or probe.
  package var source: String
  /// The value found there, in the source's own words.
  package var value: String

  /// Makes a piece of evidence.
  package init(_ source: String, _ value: String) {
    self.source = source
    self.value = value
  }
}
