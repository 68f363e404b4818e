package import AgentHost

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
