import AgentText
import CNetlink

/// One message of rtnetlink(7) as far as the agent reads it.
enum RouteMessage: Equatable {
  case link(LinkMessage, isRemoved: Bool)
  case address(AddressMessage, isRemoved: Bool)
  case neighbour(NeighbourMessage, isRemoved: Bool)

  /// Reads a message's payload; nil for other messages and for what is cut short.
  init?(type: UInt16, payload: UnsafeRawBufferPointer) {
    switch Int(type) {
    case RTM_NEWLINK, RTM_DELLINK:
      guard let message = LinkMessage(payload) else { return nil }
      self = .link(message, isRemoved: type == RTM_DELLINK)
    case RTM_NEWADDR, RTM_DELADDR:
      guard let message = AddressMessage(payload) else { return nil }
      self = .address(message, isRemoved: type == RTM_DELADDR)
    case RTM_NEWNEIGH, RTM_DELNEIGH:
      guard let message = NeighbourMessage(payload) else { return nil }
      self = .neighbour(message, isRemoved: type == RTM_DELNEIGH)
    default: return nil
    }
  }
}

/// An address as a message tells it (linux/if_addr.h: struct ifaddrmsg).
struct AddressMessage: Equatable {
  var interfaceIndex: Int
  var address: IPAddress
  var prefixLength: Int
  var scope: UInt8
  var flags: UInt32
  /// When it was set, in hundredths of a second since boot.
  var created: UInt32?

  private enum Attribute {
    static let address: UInt16 = 1, local: UInt16 = 2, cache: UInt16 = 6, flags: UInt16 = 8
  }

  init?(_ payload: UnsafeRawBufferPointer) {
    guard let index = payload.integer(UInt32.self, at: 4) else { return nil }
    var (address, local): (IPAddress?, IPAddress?)
    flags = UInt32(payload[2])
    for (type, value) in NetlinkAttributes(payload, after: 8) {
      switch type {
      case Attribute.address: address = IPAddress(bytes: value)
      case Attribute.local: local = IPAddress(bytes: value)
      // struct ifa_cacheinfo: two lifetimes, then the times of creation and of the last change.
      case Attribute.cache: created = value.integer(UInt32.self, at: 8)
      case Attribute.flags: flags = value.integer(UInt32.self) ?? flags
      default: break
      }
    }
    // With a peer, IFA_ADDRESS is the peer's.
    guard let own = local ?? address else { return nil }
    self.address = own
    interfaceIndex = Int(index)
    prefixLength = Int(payload[1])
    scope = payload[3]
  }
}

/// A neighbour as a message tells it (linux/neighbour.h: struct ndmsg).
struct NeighbourMessage: Equatable {
  var interfaceIndex: Int
  var address: IPAddress
  var hardwareAddress: HardwareAddress?
  var state: UInt16

  private enum Attribute { static let destination: UInt16 = 1, hardwareAddress: UInt16 = 2 }

  init?(_ payload: UnsafeRawBufferPointer) {
    guard let index = payload.integer(Int32.self, at: 4), let state = payload.integer(UInt16.self, at: 8),
      payload.count >= 12
    else { return nil }
    var destination: IPAddress?
    for (type, value) in NetlinkAttributes(payload, after: 12) {
      switch type {
      case Attribute.destination: destination = IPAddress(bytes: value)
      case Attribute.hardwareAddress: hardwareAddress = HardwareAddress(bytes: value)
      default: break
      }
    }
    // A bridge's forwarding table comes as neighbours without an address.
    guard let destination else { return nil }
    address = destination
    interfaceIndex = Int(index)
    self.state = state
  }
}

/// The attributes of a netlink message: each has a length, a type and a value, and starts at a multiple of four bytes
/// (netlink(3), linux/netlink.h: struct nlattr). Ends at the first one whose length cannot be.
struct NetlinkAttributes: Sequence, IteratorProtocol {
  private static let head = 4
  /// The two upper bits tell nesting and byte order.
  private static let typeMask: UInt16 = 0x3FFF

  private var rest: UnsafeRawBufferPointer

  /// The attributes that follow a fixed header.
  init(_ bytes: UnsafeRawBufferPointer, after header: Int = 0) {
    rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(header))
  }

  mutating func next() -> (type: UInt16, value: UnsafeRawBufferPointer)? {
    guard let length = rest.integer(UInt16.self).map(Int.init), let type = rest.integer(UInt16.self, at: 2),
      length >= Self.head, length <= rest.count
    else { return nil }
    let value = UnsafeRawBufferPointer(rebasing: rest[Self.head..<length])
    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst((length + 3) & ~3))
    return (type & Self.typeMask, value)
  }
}

extension UnsafeRawBufferPointer {
  /// A number in the machine's byte order; nil when the bytes do not reach that far.
  func integer<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int = 0) -> T? {
    guard offset >= 0, offset + MemoryLayout<T>.size <= count else { return nil }
    return loadUnaligned(fromByteOffset: offset, as: type)
  }

  /// A text up to its NUL character.
  var netlinkText: String { String(decoding: prefix { $0 != 0 }, as: UTF8.self) }
}
