package import AgentText
import CLinux
import Glibc
import NIOCore

/// The address of an NFS server as the kernel uses it (`addr=` of mountinfo), with the zone of a link-local one.
package struct NFSAddress: Sendable, Hashable, CustomStringConvertible {
  /// The address.
  package var address: IPAddress
  /// The interface of a link-local IPv6 address.
  package var zone: String?

  /// Makes an address.
  package init(_ address: IPAddress, zone: String? = nil) {
    self.address = address
    self.zone = zone
  }

  /// Reads `192.0.2.1` or `fe80::1%eth0`; nil for a name and for anything else.
  package init?(text: String) {
    let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let first = parts.first, let address = try? IPAddress(settingsScalar: first), parts.last != "" else {
      return nil
    }
    self.init(address, zone: parts.count > 1 ? parts[1] : nil)
  }

  /// The text that it was read from, in its canonical form.
  package var description: String { zone.map { "\(address)%\($0)" } ?? "\(address)" }

  /// The address as the kernel takes it; nil when there is no interface of the zone's name.
  func socketAddress(port: PortNumber) -> SocketAddress? {
    guard address.family == .v6, let zone else {
      return try? SocketAddress(ipAddress: address.description, port: Int(port.number))
    }
    let number = UInt32(zone) ?? if_nametoindex(zone)
    guard number != 0 else { return nil }
    // Digits only, so that nothing is looked up: getaddrinfo(3) only knows how to write a zone.
    return try? SocketAddress.makeAddressResolvingHost("\(address)%\(number)", port: Int(port.number))
  }
}
