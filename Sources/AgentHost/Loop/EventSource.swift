import CLinux
import CSystemd
import Glibc

/// Sole owner of one source of the calling thread's event loop; gone from the loop when it goes out of scope.
///
/// Made, used and dropped on the loop's thread only.
package struct EventSource: ~Copyable {
  /// Data to read.
  package static let readable = UInt32(EPOLLIN.rawValue)
  /// An exceptional condition, as pollable files below /proc report a change.
  package static let exceptional = UInt32(EPOLLPRI.rawValue)

  private let source: OpaquePointer
  private let handler: Unmanaged<Handler>

  private init(source: OpaquePointer, handler: Unmanaged<Handler>) {
    self.source = source
    self.handler = handler
  }

  deinit {
    sd_event_source_disable_unref(source)
    handler.release()
  }

  /// Calls `handler` with the epoll events of a descriptor (sd_event_add_io(3)).
  package static func io(
    _ descriptor: CInt, events: UInt32, handler: @escaping (UInt32) -> Void
  ) throws(SystemCallError) -> EventSource {
    try make("sd_event_add_io", handler) { event, source, data in
      sd_event_add_io(
        event, &source, descriptor, events,
        { _, _, revents, data in
          Handler.call(data, revents)
          return 0
        }, data)
    }
  }

  /// Calls `handler` once, at a time of CLOCK_BOOTTIME or up to `accuracy` later (sd_event_add_time(3)).
  package static func timer(
    atBootMicroseconds time: UInt64, accuracy: UInt64, handler: @escaping (UInt32) -> Void
  ) throws(SystemCallError) -> EventSource {
    try make("sd_event_add_time", handler) { event, source, data in
      sd_event_add_time(
        event, &source, CLOCK_BOOTTIME, time, accuracy,
        { _, _, data in
          Handler.call(data, 0)
          return 0
        }, data)
    }
  }

  /// Calls `handler` on a signal that is blocked in every thread (sd_event_add_signal(3)).
  package static func signal(
    _ number: CInt, handler: @escaping (UInt32) -> Void
  ) throws(SystemCallError) -> EventSource {
    try make("sd_event_add_signal", handler) { event, source, data in
      sd_event_add_signal(
        event, &source, number,
        { _, _, data in
          Handler.call(data, 0)
          return 0
        }, data)
    }
  }

  private static func make(
    _ call: String, _ body: @escaping (UInt32) -> Void,
    add: (OpaquePointer, inout OpaquePointer?, UnsafeMutableRawPointer) -> CInt
  ) throws(SystemCallError) -> EventSource {
    var event: OpaquePointer?
    let found = sd_event_default(&event)
    guard found >= 0, let event else { throw SystemCallError("sd_event_default", code: -found) }
    defer { sd_event_unref(event) }
    let handler = Unmanaged.passRetained(Handler(body))
    var source: OpaquePointer?
    let added = add(event, &source, handler.toOpaque())
    guard added >= 0, let source else {
      handler.release()
      throw SystemCallError(call, code: -added)
    }
    return EventSource(source: source, handler: handler)
  }
}

/// What the C callback finds behind its `userdata`.
private final class Handler {
  private let body: (UInt32) -> Void

  init(_ body: @escaping (UInt32) -> Void) { self.body = body }

  static func call(_ data: UnsafeMutableRawPointer?, _ events: UInt32) {
    guard let data else { return }
    // Held for the call: the handler may drop its own source.
    let handler = Unmanaged<Handler>.fromOpaque(data).takeUnretainedValue()
    handler.body(events)
  }
}
