/// Reads YAML texts into node trees.
///
/// The syntax is libyaml's (YAML 1.1, and JSON); the types of scalars are YAML 1.2's, see ``YAMLNode``. Cost is bounded
/// by ``YAMLLimits`` and by the length of the text; no input makes the parser recurse.
package enum YAMLParser {
  /// All documents of a text; none for a text that is empty or holds only comments.
  ///
  /// The text is UTF-8, with or without byte order mark. Throws at the first mistake of syntax or encoding, at the
  /// first limit passed, for a key that is not a scalar and for a key that occurs twice in a mapping. With
  /// `allowDuplicateKeys` the last value of such a key wins, as in sigs.k8s.io/yaml when it is not strict, which is how
  /// the kubelet reads manifests.
  package static func documents(
    _ bytes: [UInt8], limits: YAMLLimits = .init(), allowDuplicateKeys: Bool = false
  ) throws(YAMLError) -> [YAMLNode] {
    let tree = try build(bytes, limits: limits, atMost: .max)
    if !allowDuplicateKeys, let duplicate = tree.duplicates.first { throw duplicate.error }
    return tree.documents
  }

  /// The first document of a text, or nil when there is none; what follows that document is not looked at.
  ///
  /// Throws as ``documents(_:limits:allowDuplicateKeys:)``.
  package static func document(
    _ bytes: [UInt8], limits: YAMLLimits = .init(), allowDuplicateKeys: Bool = false
  ) throws(YAMLError) -> YAMLNode? {
    let tree = try build(bytes, limits: limits, atMost: 1)
    if !allowDuplicateKeys, let duplicate = tree.duplicates.first { throw duplicate.error }
    return tree.documents.first
  }

  /// The documents of a text, the last value of duplicate keys, and the duplicate keys.
  static func build(_ bytes: [UInt8], limits: YAMLLimits, atMost count: Int) throws(YAMLError) -> YAMLTreeBuilder {
    // libyaml would count the byte order mark as the first column.
    let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    guard bytes.count > mark else { return YAMLTreeBuilder(limits: limits) }
    return try bytes.withUnsafeBufferPointer { (buffer) throws(YAMLError) -> YAMLTreeBuilder in
      var events = try YAMLEventReader(UnsafeBufferPointer(rebasing: buffer[mark...]))
      var tree = YAMLTreeBuilder(limits: limits)
      while tree.documents.count < count {
        let event = try events.next()
        if case .streamEnd = event.kind { break }
        try tree.take(event)
      }
      return tree
    }
  }
}

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
