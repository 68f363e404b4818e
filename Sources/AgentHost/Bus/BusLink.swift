import AgentCore
import CSystemd
import Glibc

/// A method call with arguments of texts.
package struct BusCall: Sendable {
  var destination: String
  var path: String
  var interface: String
  var member: String
  var arguments: [String]
  /// Whether the bus may start a service that has the name (D-Bus specification, NO_AUTO_START).
  var mayStart: Bool

  package init(
    destination: String, path: String, interface: String, member: String, arguments: [String] = [],
    mayStart: Bool = true
  ) {
    self.destination = destination
    self.path = path
    self.interface = interface
    self.member = member
    self.arguments = arguments
    self.mayStart = mayStart
  }
}

/// One connection to a bus, from its socket to its end; made, used and dropped on the event loop's thread.
///
/// Every call is answered exactly once: by the other side, by libsystemd when its time is over or the connection ends,
/// or by `close()`.
final class BusLink {

  private let bus: OpaquePointer
  private var calls: [UInt64: PendingCall] = [:]
  private var matches: [BusMatch] = []
  private var lastID: UInt64 = 0
  private(set) var isOpen = true

  /// Starts a connection over a connected socket, which it takes over: authenticates and, on a bus, says hello.
  ///
  /// - Parameter isBus: false when the other side is a peer and no bus daemon.
  /// - Parameter onEnd: called once, when the other side ended the connection or libsystemd gave it up.
  init(socket: consuming FileDescriptor, isBus: Bool = true, onEnd: @escaping () -> Void) throws(BusError) {
    var made: OpaquePointer?
    guard sd_bus_new(&made) >= 0, let made else { throw BusError(.unavailable, "sd_bus_new: out of memory") }
    bus = made
    // libsystemd closes the descriptor with the connection, so it gets one of its own.
    let raw = fcntl(socket.raw, F_DUPFD_CLOEXEC, 3)
    try Self.check("sd_bus_set_fd", raw < 0 ? -errno : sd_bus_set_fd(bus, raw, raw))
    if isBus { try Self.check("sd_bus_set_bus_client", sd_bus_set_bus_client(bus, 1)) }
    try Self.check("sd_bus_start", sd_bus_start(bus))
    var event: OpaquePointer?
    try Self.check("sd_event_default", sd_event_default(&event))
    defer { sd_event_unref(event) }
    try Self.check("sd_bus_attach_event", sd_bus_attach_event(bus, event, 0))
    try watchEnd(onEnd)
  }

  deinit {
    close()
    sd_bus_unref(bus)
  }

  /// Ends the connection; calls that wait are answered as disconnected.
  func close() {
    guard isOpen else { return }
    isOpen = false
    matches = []
    let waiting = calls.values
    calls = [:]
    for call in waiting { call.answer(.failure(BusError(.disconnected, "the connection to the system bus ended"))) }
    sd_bus_detach_event(bus)
    sd_bus_close(bus)
  }

  /// Sends a call; `answer` is called once, on the loop's thread.
  func send(_ call: BusCall, deadline: Duration, answer: @escaping (Result<OpaquePointer, BusError>) -> Void) {
    do throws(BusError) {
      guard isOpen else { throw BusError(.disconnected, "the connection to the system bus ended") }
      var message: OpaquePointer?
      try Self.check(
        "sd_bus_message_new_method_call",
        sd_bus_message_new_method_call(bus, &message, call.destination, call.path, call.interface, call.member))
      defer { sd_bus_message_unref(message) }
      try Self.check("sd_bus_message_set_auto_start", sd_bus_message_set_auto_start(message, call.mayStart ? 1 : 0))
      for argument in call.arguments {
        try Self.check("sd_bus_message_append_basic", sd_bus_message_append_basic(message, 0x73, argument))
      }
      lastID += 1
      let id = lastID
      let pending = PendingCall { [weak self] result in
        self?.calls[id] = nil
        answer(result)
      }
      let microseconds = UInt64(max(1, deadline.wholeNanoseconds / 1000))
      try Self.check(
        "sd_bus_call_async",
        sd_bus_call_async(bus, &pending.slot, message, PendingCall.callback, pending.userdata, microseconds))
      calls[id] = pending
    } catch {
      answer(.failure(error))
    }
  }

  /// Calls `handler` with every signal that a rule matches (D-Bus specification, "Match Rules").
  ///
  /// - Parameter refused: called when the bus daemon does not take the rule.
  func match(
    _ rule: String, handler: @escaping (borrowing BusMessage) -> Void, refused: @escaping (BusError) -> Void
  ) throws(BusError) {
    let match = BusMatch(handler: handler, refused: refused)
    try Self.check(
      "sd_bus_add_match_async",
      sd_bus_add_match_async(bus, &match.slot, rule, BusMatch.callback, BusMatch.installed, match.userdata))
    matches.append(match)
  }

  /// libsystemd says so itself, by a signal that never crosses the socket (sd_bus_set_exit_on_disconnect(3)).
  private func watchEnd(_ onEnd: @escaping () -> Void) throws(BusError) {
    let match = BusMatch(handler: { _ in onEnd() }, refused: { _ in })
    try Self.check(
      "sd_bus_match_signal_async",
      sd_bus_match_signal_async(
        bus, &match.slot, "org.freedesktop.DBus.Local", "/org/freedesktop/DBus/Local", "org.freedesktop.DBus.Local",
        "Disconnected", BusMatch.callback, BusMatch.installed, match.userdata))
    matches.append(match)
  }

  private static func check(_ call: String, _ code: CInt) throws(BusError) {
    guard code < 0 else { return }
    let reason: BusError.Reason =
      switch -code {
      case EACCES, EPERM: .denied
      case ENOTCONN, ECONNRESET, EPIPE, ESTALE: .disconnected
      case EINVAL: .malformed
      default: .unavailable
      }
    throw BusError(reason, "\(call): \(errorText(-code))")
  }
}

/// A call that waits for its answer; freed with its slot.
private final class PendingCall {
  var slot: OpaquePointer?
  private var body: ((Result<OpaquePointer, BusError>) -> Void)?

  init(_ body: @escaping (Result<OpaquePointer, BusError>) -> Void) { self.body = body }

  deinit { sd_bus_slot_unref(slot) }

  var userdata: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  func answer(_ result: Result<OpaquePointer, BusError>) {
    let body = body
    self.body = nil
    body?(result)
  }

  static let callback: sd_bus_message_handler_t = { message, data, _ in
    guard let message, let data else { return 0 }
    // Held for the call: answering takes it out of the link's table.
    let call = Unmanaged<PendingCall>.fromOpaque(data).takeUnretainedValue()
    if let error = BusMessage(borrowing: message).error {
      call.answer(.failure(error))
    } else {
      call.answer(.success(message))
    }
    return 0
  }
}

/// A match rule and its handler; gone from the connection with the value.
private final class BusMatch {
  var slot: OpaquePointer?
  private let handler: (borrowing BusMessage) -> Void
  private let refused: (BusError) -> Void

  init(handler: @escaping (borrowing BusMessage) -> Void, refused: @escaping (BusError) -> Void) {
    self.handler = handler
    self.refused = refused
  }

  deinit { sd_bus_slot_unref(slot) }

  var userdata: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  static let callback: sd_bus_message_handler_t = { message, data, _ in
    guard let message, let data else { return 0 }
    let match = Unmanaged<BusMatch>.fromOpaque(data).takeUnretainedValue()
    match.handler(BusMessage(borrowing: message))
    return 0
  }

  static let installed: sd_bus_message_handler_t = { message, data, _ in
    guard let message, let data, let error = BusMessage(borrowing: message).error else { return 0 }
    let match = Unmanaged<BusMatch>.fromOpaque(data).takeUnretainedValue()
    match.refused(error)
    return 0
  }
}
