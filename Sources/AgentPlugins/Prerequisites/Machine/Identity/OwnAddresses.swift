import AgentHost
import AgentText

/// The host's own addresses.
struct OwnAddresses: Sendable, Equatable {
  /// All, loopback left out.
  var all: [IPAddress]
  /// Those on the interface with the default route, where the kubelet looks for the node's address when nothing else
  /// gives it; IPv4 only, and none without a default route.
  var primary: [IPAddress]

  static func read(_ files: HostFiles) -> Fact<OwnAddresses> {
    do throws(FileError) {
      let local = try LocalAddresses(reading: files)
      let interfaces = Set(local.gateways.map(\.interface))
      let links = local.links.filter { interfaces.contains($0.interface) }
      let primary = local.addresses.filter { address in
        address.family == .v4 && links.contains { $0.network.contains(address) }
      }
      return .known(OwnAddresses(all: local.addresses, primary: primary), source: "/proc/net")
    } catch {
      return .unreadable(error)
    }
  }
}
