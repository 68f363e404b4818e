package import AgentHost

extension Host {
  /// The space of the file system that a path of the node's own services lies on; nil when there is nothing at the path.
  ///
  /// Never for a network file system, which may not answer. On a recorded host it comes from the recording.
  ///
  /// - Throws: ``FileError``; on a recorded host `notRecorded` in words when the recording does not tell.
  package func space(_ path: String) async throws -> FileSystemSpace? {
    if mode == .live { return try await read { try $0.space(path) } }
    guard let recorded = sources.spaces[path] else { throw NotRecorded("how much is free below \(path)") }
    return recorded
  }
}

/// A recording does not tell something that is no file.
package struct NotRecorded: Error, Sendable, Hashable, CustomStringConvertible {
  /// The words.
  package let description: String

  /// - Parameter what: what it does not tell.
  package init(_ what: String) { description = "the recording does not tell \(what)" }
}
