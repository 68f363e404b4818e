package import AgentHost
package import AgentText

/// What names one VRRP instance of a host.
package struct VRRPInstance: Sendable, Hashable {
  /// The interface on which it sends its advertisements.
  package var interface: String
  /// Its virtual router's number.
  package var routerID: Int
  /// The family of its addresses.
  package var family: IPAddress.Family

  /// Makes a name.
  package init(interface: String, routerID: Int, family: IPAddress.Family) {
    self.interface = interface
    self.routerID = routerID
    self.family = family
  }

  /// Its object on the bus: `eth0.5` is `eth0_5` there, as every byte that is no ASCII letter or digit is `_`.
  ///
  /// Keepalived's `set_valid_path` (vrrp_dbus.c). Two interfaces may share a path that way; Keepalived then answers for
  /// its first instance.
  var path: String {
    let name = interface.utf8.map { byte -> Unicode.Scalar in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        Unicode.Scalar(byte)
      default: "_"
      }
    }
    return "/org/keepalived/Vrrp1/Instance/\(String(String.UnicodeScalarView(name)))/\(routerID)/IPv\(family.rawValue)"
  }
}

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

/// What the system bus says of a VRRP instance.
package enum VRRPAnswer: Sendable, Hashable {
  /// Keepalived told its state.
  case state(VRRPState)
  /// Keepalived is not on the bus: it does not run, `enable_dbus` is not set, or there is no bus.
  case notOnBus
  /// Keepalived is on the bus and has no such instance there.
  case noSuchInstance
  /// Keepalived could not be asked, or gave no answer that can be read.
  case failed(BusError)

  /// The state that Keepalived told; nil for every other answer.
  package var state: VRRPState? { if case .state(let state) = self { state } else { nil } }

  /// The answer that an error stands for.
  init(_ error: BusError) {
    switch error.reason {
    case .unavailable: self = .notOnBus
    // GLib's words for a path without an object, and Keepalived's own for one whose instance is gone.
    case .remote("org.freedesktop.DBus.Error.UnknownMethod"), .remote("org.freedesktop.DBus.Error.UnknownObject"),
      .remote("org.freedesktop.DBus.Error.UnknownInterface"), .remote("org.freedesktop.DBus.Error.InvalidArgs"):
      self = .noSuchInstance
    default: self = .failed(error)
    }
  }
}
