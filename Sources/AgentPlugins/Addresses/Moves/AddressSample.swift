import AgentCore
import AgentHost
import AgentText

/// What one look showed of who holds an address.
struct AddressSample: Sendable {
  /// A host as it is told from others.
  enum Station: Hashable, Comparable {
    case own
    case other(HardwareAddress)
  }

  var address: IPAddress
  /// When the look began: whoever answered did so no earlier.
  var begin: HostTime
  /// When it had ended: whoever answered did so no later.
  var end: HostTime
  /// Whether this host holds it, or was seen to answer for it.
  var isOwn = false
  /// The hardware address that this host has where the address is, or would be; nil where that is not known.
  var ownHardware: HardwareAddress?
  /// The hardware addresses that answered.
  var others: [HardwareAddress] = []
  /// What was heard of the address without asking.
  var heard = HeardClaims()
  /// How often it came to this host and went, since the agent's start, and when last.
  var events = AddressEvents()

  var stations: Set<Station> {
    Set(others.map { .other($0) }).union(isOwn ? [.own] : [])
  }
}

/// How often an address came to this host and went from it, by the kernel's messages.
struct AddressEvents: Sendable, Equatable {
  var added = 0
  var removed = 0
  /// When it came last.
  var addedAt: HostTime?
  /// When it went last.
  var removedAt: HostTime?
}

extension AddressEvents {
  /// Those of one address.
  init(of address: IPAddress, in counters: NetworkCounters) {
    let (came, went) = (
      AddressEvent(address: address, kind: .added), AddressEvent(address: address, kind: .removed)
    )
    self.init(
      added: counters.addressEvents[came] ?? 0, removed: counters.addressEvents[went] ?? 0,
      addedAt: counters.lastEvents[came], removedAt: counters.lastEvents[went])
  }
}
