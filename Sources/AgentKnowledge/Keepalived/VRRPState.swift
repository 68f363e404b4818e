/// What a VRRP instance is at the moment (RFC 5798 section 6.4, and Keepalived's own state of fault).
package enum VRRPState: Sendable, Hashable {
  /// It has just started and decided nothing yet.
  case starting
  /// Another host is the master.
  case backup
  /// This host is the master: it is to have the addresses.
  case master
  /// Its interface is down or what it tracks has failed, so that it takes no part.
  case fault
  /// A number without a name.
  case other(UInt64)

  /// The state of Keepalived's number (`VRRP_STATE_…` of its vrrp.h).
  init(number: UInt64) {
    self =
      switch number {
      case 0: .starting
      case 1: .backup
      case 2: .master
      case 3: .fault
      default: .other(number)
      }
  }

  /// The state in Keepalived's words.
  package var name: String {
    switch self {
    case .starting: "INIT"
    case .backup: "BACKUP"
    case .master: "MASTER"
    case .fault: "FAULT"
    case .other(let number): "state \(number)"
    }
  }
}
