import AgentText

/// Why the system bus gave no answer.
package struct BusError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What went wrong, as far as a caller must tell it apart.
  package enum Reason: Sendable, Hashable {
    /// There is no bus: no socket, or nobody listens on it.
    case unavailable
    /// A policy refused: the socket's mode, the bus daemon's rules or AppArmor.
    case denied
    /// No answer within the call's deadline.
    case timeout
    /// The connection ended before the answer.
    case disconnected
    /// The other side answered with an error of this name (`org.freedesktop.systemd1.NoSuchUnit`).
    case remote(name: String)
    /// The answer is not what the interface promises.
    case malformed
    /// The host is a recorded one, and the recording says nothing of it.
    case notRecorded
  }

  /// What went wrong.
  package var reason: Reason
  /// The same in words.
  package var message: String

  /// Makes an error.
  package init(_ reason: Reason, _ message: String) {
    self.reason = reason
    self.message = message
  }

  /// The words.
  package var description: String { message }

  /// Whether the other side may be there again in a moment although the bus itself is: its name has no owner, or its
  /// owner went before it answered.
  var isMomentary: Bool { reason == .unavailable }

  package static let malformed = BusError(.malformed, "the answer on the system bus is not what its interface promises")
}

extension BusError {
  /// The error that a message of type error carries.
  ///
  /// libsystemd makes such messages itself when a call's time is over or its connection ends (sd_bus_call_async(3)).
  init(name: String, text: String) {
    switch name {
    case "org.freedesktop.DBus.Error.NoReply" where text.contains("timed out"), "org.freedesktop.DBus.Error.Timeout",
      "System.Error.ETIMEDOUT":
      self.init(.timeout, "no answer on the system bus in time")
    case "org.freedesktop.DBus.Error.NoReply" where text.contains("recipient disconnected"):
      // The bus daemon's words (bus/connection.c) for a name whose owner left the bus before it answered.
      self.init(.unavailable, "who was asked left the system bus before it answered")
    case "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Disconnected", "System.Error.ECONNRESET",
      "System.Error.ENOTCONN":
      self.init(.disconnected, "the connection to the system bus ended")
    case "org.freedesktop.DBus.Error.AccessDenied", "System.Error.EPERM", "System.Error.EACCES",
      "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired":
      self.init(.denied, "the system bus refuses: \(PlainText.short(text))")
    case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner":
      self.init(.unavailable, "nobody on the system bus has that name: \(PlainText.short(text))")
    default:
      self.init(.remote(name: name), "\(PlainText.short(name)): \(PlainText.short(text))")
    }
  }
}
