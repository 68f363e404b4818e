import CNetlink

/// Sole owner of a libnl socket that is connected to rtnetlink(7); closed when it goes out of scope.
///
/// Made, used and dropped on one thread. libnl carries the messages (dump, sequence, interruption, errors); they are
/// read here and not by libnl-route, because its objects keep neither the kernel's order nor a bound on the cost of
/// thousands of addresses.
struct NetlinkSocket: ~Copyable {
  /// What `receive` met.
  enum Reception: Equatable {
    /// Messages were taken.
    case messages
    /// Nothing waits.
    case nothing
    /// The kernel dropped messages, because the buffer was full.
    case overrun

    /// What libnl's result means. NLE_NOMEM is what it makes of ENOBUFS, NLE_MSG_OVERFLOW is the same in a message; of
    /// one that cannot be read the content is lost too.
    init(_ code: CInt) {
      switch -code {
      case 0, CInt(NLE_INTR): self = .messages
      case CInt(NLE_AGAIN): self = .nothing
      default: self = .overrun
      }
    }
  }

  /// Room for the largest message that the kernel makes; with a size given, libnl reads each one once.
  private static let messageSize = 64 << 10

  private let socket: OpaquePointer

  /// Connects a socket for dumps.
  init() throws(NetworkError) { socket = try Self.connect { (_) throws(NetworkError) in } }

  /// Connects a socket that receives the kernel's notifications.
  ///
  /// - Parameter receiveBuffer: bytes; the kernel gives at most net.core.rmem_max (socket(7)).
  init(groups: [rtnetlink_groups], receiveBuffer: Int) throws(NetworkError) {
    socket = try Self.connect { socket throws(NetworkError) in
      nl_socket_disable_seq_check(socket)
      try Self.check("nl_socket_set_buffer_size", nl_socket_set_buffer_size(socket, CInt(receiveBuffer), 0))
      for group in groups {
        try Self.check("nl_socket_add_membership", nl_socket_add_membership(socket, CInt(group.rawValue)))
      }
    }
  }

  deinit { nl_socket_free(socket) }

  /// For the event loop.
  var descriptor: CInt { nl_socket_get_fd(socket) }

  /// Asks for a whole table and hands over its messages, in the kernel's order.
  ///
  /// - Throws: ``NetworkError/changing`` when the table changed while it was read. After an error the socket may hold
  ///   a rest of the answer and must not be used again.
  borrowing func dump(_ type: Int, take: (RouteMessage) -> Void) throws(NetworkError) {
    try Self.check("nl_rtgen_request", nl_rtgen_request(socket, CInt(type), AF_UNSPEC, CInt(NLM_F_DUMP)))
    try Self.check("nl_recvmsgs", receiveOnce(take))
  }

  /// Takes one datagram of notifications.
  borrowing func receive(take: (RouteMessage) -> Void) -> Reception {
    Reception(receiveOnce(take))
  }

  private borrowing func receiveOnce(_ take: (RouteMessage) -> Void) -> CInt {
    withoutActuallyEscaping(take) { take in
      let sink = MessageSink(take)
      let data = Unmanaged.passUnretained(sink).toOpaque()
      nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, MessageSink.callback, data)
      return withExtendedLifetime(sink) { nl_recvmsgs_default(socket) }
    }
  }

  private static func connect(
    _ prepare: (OpaquePointer) throws(NetworkError) -> Void
  ) throws(NetworkError) -> OpaquePointer {
    guard let socket = nl_socket_alloc() else {
      throw NetworkError.failed(call: "nl_socket_alloc", reason: "out of memory")
    }
    do throws(NetworkError) {
      try check("nl_connect", nl_connect(socket, NETLINK_ROUTE))
      try check("nl_socket_set_nonblocking", nl_socket_set_nonblocking(socket))
      try check("nl_socket_set_msg_buf_size", nl_socket_set_msg_buf_size(socket, messageSize))
      try prepare(socket)
      return socket
    } catch {
      nl_socket_free(socket)
      throw error
    }
  }

  private static func check(_ call: String, _ code: CInt) throws(NetworkError) {
    guard code >= 0 else { throw NetworkError.failure(call, code) }
  }
}

/// What libnl's callback finds behind its argument.
private final class MessageSink {
  private let take: (RouteMessage) -> Void

  init(_ take: @escaping (RouteMessage) -> Void) { self.take = take }

  static let callback: nl_recvmsg_msg_cb_t = { message, data in
    guard let message, let data, let header = nlmsg_hdr(message) else { return CInt(NL_SKIP.rawValue) }
    let payload = UnsafeRawBufferPointer(start: nlmsg_data(header), count: Int(nlmsg_datalen(header)))
    if let message = RouteMessage(type: header.pointee.nlmsg_type, payload: payload) {
      Unmanaged<MessageSink>.fromOpaque(data).takeUnretainedValue().take(message)
    }
    return CInt(NL_OK.rawValue)
  }
}
