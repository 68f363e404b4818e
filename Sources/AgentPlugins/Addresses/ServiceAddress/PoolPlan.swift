import AgentHost
import AgentKnowledge
import AgentText

/// Which addresses of the pools are searched, and which are not.
struct PoolPlan: Sendable, Equatable {
  /// The most addresses of a pool that is searched.
  static let most = 64

  /// The addresses to ask for, each with its interface.
  var addresses: [IPAddress: String] = [:]
  /// Why pools, or parts of them, are left out.
  var leftOut: Set<String> = []

  /// Leaves out what is in use or belongs to API servers, which other checks watch, and what this node holds itself.
  init(_ settings: ServiceAddressSettings, taken: Set<IPAddress>, in table: NetworkTable) {
    let taken = taken.union(settings.watched)
    for pool in settings.pools {
      guard pool.count <= Self.most else {
        leftOut.insert("\(pool) has more than \(Self.most) addresses")
        continue
      }
      for address in pool.addresses
      where !taken.contains(address) && table.answeringHoldings(of: address).isEmpty {
        add(address, of: pool, in: table)
      }
    }
  }

  /// Wi-Fi sends broadcasts slowly, to all its stations, and wakes them.
  private mutating func add(_ address: IPAddress, of pool: AddressRange, in table: NetworkTable) {
    guard let link = table.linkForAsking(address) else {
      leftOut.insert("\(pool) is on no link that this node can ask on")
      return
    }
    guard !link.isWireless else {
      leftOut.insert("\(pool) is on \(link.name), which is Wi-Fi")
      return
    }
    addresses[address] = link.name
  }
}
