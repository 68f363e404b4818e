import CNetlink

/// Why the network tables could not be read.
package enum NetworkError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The tables changed during every attempt to read them (NLM_F_DUMP_INTR).
  case changing
  /// libnl or the kernel refused; the call, and libnl's own words.
  case failed(call: String, reason: String)
  /// A recorded host whose recording says nothing of its network.
  case notRecorded

  /// The failure of a libnl call, by its negative number.
  static func failure(_ call: String, _ code: CInt) -> NetworkError {
    code == -CInt(NLE_DUMP_INTR)
      ? .changing : .failed(call: call, reason: String(cString: nl_geterror(code)))
  }

  /// The reason in words.
  package var description: String {
    switch self {
    case .changing: "rtnetlink: the tables changed each time they were read"
    case .failed(let call, let reason): "rtnetlink: \(call): \(reason)"
    case .notRecorded: "the recording says nothing of the network"
    }
  }
}
