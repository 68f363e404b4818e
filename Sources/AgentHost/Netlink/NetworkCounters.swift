package import AgentCore

/// How the listening to the kernel goes.
package struct NetworkCounters: Sendable, Equatable {
  /// How often watched addresses came to this host and went from it; after an overrun at least as often as shown.
  package var addressEvents: [AddressEvent: Int] = [:]
  /// When each of them was told of last.
  package var lastEvents: [AddressEvent: HostTime] = [:]
  /// When this was counted; nil on a recorded host.
  package var time: HostTime?
  /// How often the kernel dropped messages because the buffer was full.
  package var overruns = 0
  /// How often everything was read again because of that.
  package var rereads = 0
  /// How often a table changed while it was read, and the reading was thrown away.
  package var interruptions = 0
  /// Why nothing is received; nil while it is, or nobody watches.
  package var problem: NetworkError?

  /// Makes counters of nothing.
  package init() {}
}
