import AgentTesting
import Testing

@testable import AgentHost
@testable import AgentText

/// A netlink message's payload from its fixed header and its attributes.
func payload(_ header: [UInt8], _ attributes: (UInt16, [UInt8])...) -> [UInt8] {
  attributes.reduce(header) { $0 + attribute($1.0, $1.1) }
}

/// struct nlattr: length and type in the machine's order, the value, and zeros up to a multiple of four.
func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
  bytes(UInt16(value.count + 4)) + bytes(type) + value + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
}

/// struct ifaddrmsg.
func addressHeader(family: UInt8, prefix: UInt8, flags: UInt8 = 0x80, scope: UInt8 = 0, index: UInt32 = 2) -> [UInt8] {
  [family, prefix, flags, scope] + bytes(index)
}

/// struct ifinfomsg.
func linkHeader(family: UInt8 = 0, type: UInt16 = 1, index: Int32 = 2, flags: UInt32 = 0x1_1043) -> [UInt8] {
  [family, 0] + bytes(type) + bytes(index) + bytes(flags) + bytes(UInt32(0))
}

/// struct ndmsg.
func neighbourHeader(family: UInt8 = 2, index: Int32 = 2, state: UInt16 = 0x02) -> [UInt8] {
  [family, 0, 0, 0] + bytes(index) + bytes(state) + [0, 1]
}

/// Reads a message of a type from bytes.
func message(_ type: UInt16, _ bytes: [UInt8]) -> RouteMessage? {
  bytes.withUnsafeBytes { RouteMessage(type: type, payload: $0) }
}
