import AgentCore
import AgentText

/// The masters that were heard, each until it is silent for longer than a fail-over takes.
struct AdvertState {
  /// One packet.
  struct Hearing {
    var advert: Advert
    var hardwareAddress: HardwareAddress?
    var isOwn: Bool
  }

  private struct Key: Hashable {
    var address: IPAddress
    // Hosts that were copied with their address are two.
    var hardwareAddress: HardwareAddress?
  }

  private struct Entry {
    var hearing: Hearing
    var began: HostTime
    var last: HostTime

    /// A backup takes over after three intervals and a skew below one (RFC 5798 section 6.1), so from then on somebody
    /// else is the master.
    func isSilent(at time: HostTime) -> Bool {
      time.elapsed(since: last) >= max(hearing.advert.interval * 4, AdvertState.patience)
    }

    func master(at time: HostTime) -> HeardAdverts.Master {
      let advert = hearing.advert
      return HeardAdverts.Master(
        address: advert.source, hardwareAddress: hearing.hardwareAddress, isOwn: hearing.isOwn,
        priority: Int(advert.priority), addresses: advert.addresses, interval: advert.interval,
        began: time.elapsed(since: began), last: time.elapsed(since: last))
    }
  }

  /// Virtual routers that are kept, and masters of each: a flood of invented ones must not fill the memory.
  static let mostRouters = 32
  static let mostMasters = 4
  /// With intervals of hundredths of a second a busy host is late by more than four.
  static let patience = Duration.seconds(1)

  private var entries: [HeardAdverts.Router: [Key: Entry]] = [:]

  /// Enters an advertisement.
  mutating func take(_ hearing: Hearing, on interface: String, at time: HostTime) {
    let advert = hearing.advert
    let router = HeardAdverts.Router(
      interface: interface, family: advert.source.family, number: Int(advert.routerID))
    let key = Key(address: advert.source, hardwareAddress: hearing.hardwareAddress)
    guard advert.priority != 0 else {
      entries[router]?[key] = nil
      return
    }
    if var entry = entries[router]?[key], !entry.isSilent(at: time) {
      (entry.hearing, entry.last) = (hearing, time)
      entries[router]?[key] = entry
      return
    }
    if isFull(for: router) { forgetSilent(at: time) }
    guard !isFull(for: router) else { return }
    entries[router, default: [:]][key] = Entry(hearing: hearing, began: time, last: time)
  }

  /// Forgets what was heard on an interface that is listened on no more.
  mutating func forget(interface: String) { entries = entries.filter { $0.key.interface != interface } }

  /// The masters now.
  func masters(at time: HostTime) -> [HeardAdverts.Router: [HeardAdverts.Master]] {
    entries.compactMapValues { masters in
      let now = masters.values.filter { !$0.isSilent(at: time) }.map { $0.master(at: time) }
      return now.isEmpty ? nil : now.sorted { ($0.address, $0.number) < ($1.address, $1.number) }
    }
  }

  private func isFull(for router: HeardAdverts.Router) -> Bool {
    entries[router].map { $0.count >= Self.mostMasters } ?? (entries.count >= Self.mostRouters)
  }

  private mutating func forgetSilent(at time: HostTime) {
    entries = entries.compactMapValues { masters in
      let left = masters.filter { !$0.value.isSilent(at: time) }
      return left.isEmpty ? nil : left
    }
  }
}

extension HeardAdverts.Master {
  fileprivate var number: UInt64 { hardwareAddress?.number ?? 0 }
}
