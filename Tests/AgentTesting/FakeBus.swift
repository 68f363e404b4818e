import CSystemd
import Glibc

import AgentHost

/// A bus daemon and the systemd behind it in one: listens below a tree where the system bus is expected, answers what a
/// test tells it to, and sends signals. Used on the loop's thread only.
package final class FakeBus {
  /// A value of a property.
  package enum Value {
    case text(String), flag(Bool), number32(UInt32), number64(UInt64), bytes([UInt8]), numbered(UInt32, String)
  }

  /// An answer to a call.
  package enum Answer {
    case nothing
    case text(Character, String)
    case properties([(String, Value)])
    /// A variant of a number and its name.
    case state(UInt32, String)
    case error(String, String)
    case silence
    case hangUp
  }

  /// A call as it arrived.
  package struct Call: Sendable, Hashable {
    package var path: String
    package var member: String
    package var argument: String
    /// Whether a service might be started for it.
    package var mayStart: Bool

    package init(path: String, member: String, argument: String, mayStart: Bool = true) {
      self.path = path
      self.member = member
      self.argument = argument
      self.mayStart = mayStart
    }
  }

  private let directory: TemporaryTree
  private var listener: EventSource?
  private var descriptor: CInt = -1
  private var peers: [OpaquePointer] = []
  private var answer: (Call) -> Answer
  package private(set) var calls: [Call] = []
  package private(set) var connections = 0

  package init(below tree: TemporaryTree, answer: @escaping (Call) -> Answer) throws {
    directory = tree
    self.answer = answer
    try tree.write("run/dbus/.keep", "")
    try listen()
  }

  deinit {
    stop()
  }

  /// Ends every connection and is gone, as a stopped dbus-daemon.
  package func stop() {
    hangUp()
    listener = nil
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
    unlink(path)
  }

  /// Ends every connection; new ones are taken.
  package func hangUp() {
    let ended = peers
    peers = []
    for peer in ended { sd_bus_close_unref(peer) }
  }

  package func listen() throws {
    descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    // Relative to the directory: a temporary path may be longer than an address holds.
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8).prefix(107)) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard bound == 0, Glibc.listen(descriptor, 16) == 0 else { throw SystemCallError("bind", code: errno) }
    listener = try EventSource.io(descriptor, events: EventSource.readable) { [unowned self] _ in accept() }
  }

  /// A PropertiesChanged signal of a unit.
  package func changed(_ path: String, interface: String, _ properties: [(String, Value)]) {
    signal(path, "org.freedesktop.DBus.Properties", "PropertiesChanged") { message in
      Self.append(message, "s", interface)
      Self.append(message, properties)
      sd_bus_message_open_container(message, 0x61, "s")
      sd_bus_message_close_container(message)
    }
  }

  /// A signal with arguments of text.
  package func signal(_ path: String, _ interface: String, _ member: String, _ arguments: String...) {
    signal(path, interface, member) { message in
      for argument in arguments { Self.append(message, "s", argument) }
    }
  }

  private func signal(_ path: String, _ interface: String, _ member: String, body: (OpaquePointer?) -> Void) {
    for peer in peers {
      var message: OpaquePointer?
      sd_bus_message_new_signal(peer, &message, path, interface, member)
      sd_bus_message_set_sender(message, ":1.0")
      body(message)
      sd_bus_send(peer, message, nil)
      sd_bus_message_unref(message)
    }
  }

  private var path: String { directory.path + "/run/dbus/system_bus_socket" }

  private func accept() {
    let client = Glibc.accept(descriptor, nil, nil)
    guard client >= 0 else { return }
    _ = fcntl(client, F_SETFL, O_NONBLOCK)
    connections += 1
    var peer: OpaquePointer?
    sd_bus_new(&peer)
    sd_bus_set_fd(peer, client, client)
    sd_bus_set_server(peer, 1, sd_id128_t(bytes: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)))
    sd_bus_set_anonymous(peer, 1)
    sd_bus_add_filter(
      peer, nil, { message, data, _ in FakeBus.take(message, data) }, Unmanaged.passUnretained(self).toOpaque())
    sd_bus_start(peer)
    var event: OpaquePointer?
    sd_event_default(&event)
    sd_bus_attach_event(peer, event, 0)
    sd_event_unref(event)
    if let peer { peers.append(peer) }
  }

  private static func take(_ message: OpaquePointer?, _ data: UnsafeMutableRawPointer?) -> CInt {
    guard let message, let data else { return 0 }
    var type: UInt8 = 0
    sd_bus_message_get_type(message, &type)
    guard type == 1 else { return 0 }
    let bus = Unmanaged<FakeBus>.fromOpaque(data).takeUnretainedValue()
    let text = BusMessage(borrowing: message)
    let call = Call(
      path: sd_bus_message_get_path(message).map { String(cString: $0) } ?? "",
      member: sd_bus_message_get_member(message).map { String(cString: $0) } ?? "",
      argument: (try? text.text()) ?? "", mayStart: sd_bus_message_get_auto_start(message) > 0)
    bus.reply(to: message, call)
    return 1
  }

  private func reply(to message: OpaquePointer, _ call: Call) {
    if call.member == "Hello" { return send(message) { Self.append($0, "s", ":1.42") } }
    calls.append(call)
    switch call.member == "AddMatch" || call.member == "RemoveMatch" ? Answer.nothing : answer(call) {
    case .nothing: send(message) { _ in }
    case .text(let type, let text): send(message) { Self.append($0, type, text) }
    case .properties(let properties): send(message) { Self.append($0, properties) }
    case .state(var number, let name):
      send(message) { reply in
        sd_bus_message_open_container(reply, 0x76, "(us)")
        sd_bus_message_open_container(reply, 0x72, "us")
        sd_bus_message_append_basic(reply, 0x75, &number)
        Self.append(reply, "s", name)
        sd_bus_message_close_container(reply)
        sd_bus_message_close_container(reply)
      }
    case .silence: break
    case .hangUp: hangUp()
    case .error(let name, let text):
      var failure: OpaquePointer?
      var error = sd_bus_error()
      sd_bus_error_set(&error, name, text)
      sd_bus_message_new_method_error(message, &failure, &error)
      sd_bus_error_free(&error)
      sd_bus_message_set_sender(failure, ":1.0")
      sd_bus_send(sd_bus_message_get_bus(message), failure, nil)
      sd_bus_message_unref(failure)
    }
  }

  private func send(_ call: OpaquePointer, body: (OpaquePointer?) -> Void) {
    var reply: OpaquePointer?
    sd_bus_message_new_method_return(call, &reply)
    sd_bus_message_set_sender(reply, ":1.0")
    body(reply)
    sd_bus_send(sd_bus_message_get_bus(call), reply, nil)
    sd_bus_message_unref(reply)
  }

  private static func append(_ message: OpaquePointer?, _ type: Character, _ text: String) {
    sd_bus_message_append_basic(message, CChar(type.asciiValue ?? 0x73), text)
  }

  private static func append(_ message: OpaquePointer?, _ properties: [(String, Value)]) {
    sd_bus_message_open_container(message, 0x61, "{sv}")
    for (name, value) in properties {
      sd_bus_message_open_container(message, 0x65, "sv")
      append(message, "s", name)
      append(message, value)
      sd_bus_message_close_container(message)
    }
    sd_bus_message_close_container(message)
  }

  private static func append(_ message: OpaquePointer?, _ value: Value) {
    let open = { (type: String) in _ = sd_bus_message_open_container(message, 0x76, type) }
    switch value {
    case .text(let text):
      open("s")
      append(message, "s", text)
    case .flag(let flag):
      open("b")
      var number: CInt = flag ? 1 : 0
      sd_bus_message_append_basic(message, 0x62, &number)
    case .number32(var number):
      open("u")
      sd_bus_message_append_basic(message, 0x75, &number)
    case .number64(var number):
      open("t")
      sd_bus_message_append_basic(message, 0x74, &number)
    case .bytes(let bytes):
      open("ay")
      sd_bus_message_append_array(message, 0x79, bytes, bytes.count)
    case .numbered(var number, let path):
      open("(uo)")
      sd_bus_message_open_container(message, 0x72, "uo")
      sd_bus_message_append_basic(message, 0x75, &number)
      append(message, "o", path)
      sd_bus_message_close_container(message)
    }
    sd_bus_message_close_container(message)
  }
}
