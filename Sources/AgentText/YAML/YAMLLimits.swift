/// What a YAML text may cost before it is refused.
package struct YAMLLimits: Sendable, Equatable {
  /// The levels of nested collections; the top collection is level 1.
  package var depth: Int
  /// The nodes of all documents together: scalars, keys and collections, and everything that aliases repeat.
  package var nodes: Int
  /// The aliases of all documents together.
  package var aliases: Int
  /// The UTF-8 bytes of one scalar, after unescaping.
  package var scalarBytes: Int

  /// Limits that every configuration file and manifest keeps by far.
  package init(depth: Int = 64, nodes: Int = 100_000, aliases: Int = 1_000, scalarBytes: Int = 1 << 20) {
    self.depth = depth
    self.nodes = nodes
    self.aliases = aliases
    self.scalarBytes = scalarBytes
  }
}
