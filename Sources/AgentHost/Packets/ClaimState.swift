import AgentCore
import AgentText

/// What is asked for, watched, known and heard of addresses on the wire.
struct ClaimState {
  /// A question in flight.
  struct Question {
    var route: ProbeRoute
    var tally: ClaimTally
  }

  /// What claims brought about.
  struct Effect: Equatable {
    /// The addresses of which there is news.
    var news: Set<IPAddress> = []
    /// Whether the wires need other filters.
    var needsFilters = false
  }

  /// Hardware addresses that are known to claim an address, and announcements that change them before it is asked for
  /// again; those of further ones stay news.
  static let mostKnown = 4
  /// How long this host's own claim counts as repeated.
  static let ownRepeat = Duration.seconds(60)
  /// How long an address that moved is left alone: duplicate address detection takes one second (RFC 4862 section 5.1).
  private static let settling = Duration.seconds(2)

  var questions: [IPAddress: Question] = [:]
  private(set) var others: Set<IPAddress> = []
  private(set) var own: Set<IPAddress> = []
  private var routes: [IPAddress: ProbeRoute] = [:]
  private var ownHardware: Set<HardwareAddress> = []
  private var known: [IPAddress: Set<HardwareAddress>] = [:]
  private var takeovers: [IPAddress: Int] = [:]
  private var heard: [IPAddress: HeardClaims] = [:]

  /// Watches these addresses from now on, and forgets what was heard of all others.
  mutating func watch(_ others: Set<IPAddress>, own: Set<IPAddress>) {
    (self.others, self.own) = (others, own)
    routes = routes.filter { isWatched($0.key) }
    known = known.filter { isWatched($0.key) }
    takeovers = takeovers.filter { isWatched($0.key) }
    heard = heard.filter { isWatched($0.key) }
  }

  /// Finds where the watched addresses would be heard.
  mutating func route(by table: NetworkTable) {
    ownHardware = table.ownHardwareAddresses
    routes = [:]
    for address in others.union(own) { routes[address] = try? ProbeRoute.find(to: address, in: table).get() }
  }

  /// Takes the claimants that answered for those that are known: what they announce is no news.
  mutating func learn(_ claimants: [ProbeAnswers.Claimant], of address: IPAddress) {
    guard others.contains(address) else { return }
    takeovers[address] = nil
    known[address] = Set(claimants.prefix(Self.mostKnown).map(\.hardwareAddress))
  }

  /// What was heard of an address; `isOpen` says which wires there are.
  func heard(_ address: IPAddress, isOpen: (PacketSocket.Key) -> Bool) -> HeardClaims {
    var claims = heard[address] ?? HeardClaims()
    guard let route = routes[address] else { return claims }
    claims.isListening = others.contains(address) && isOpen(route.key(for: address))
    claims.isWatchingOwn = own.contains(address) && isOpen(route.ownKey)
    return claims
  }

  /// Whether an address moved so short a time ago that its new holder may still look for duplicates.
  func isMoving(_ address: IPAddress, at time: HostTime) -> Bool {
    guard address.family == .v6, let last = heard[address]?.announcement else { return false }
    return time.elapsed(since: last.time) < Self.settling
  }

  /// Whether this host was seen to answer for an address a short time ago.
  func isClaimedHere(_ address: IPAddress, at time: HostTime) -> Bool {
    heard[address]?.isClaimedHere(at: time) == true
  }

  /// The wires that are needed, and what they shall let through.
  func demands() -> [PacketSocket.Key: PacketSockets.Demand] {
    var demands: [PacketSocket.Key: PacketSockets.Demand] = [:]
    for (address, question) in questions {
      let route = question.route
      demands[route.key(for: address), default: PacketSockets.Demand(interface: route.interface)]
        .claims.asked[address] = .some(route.sender)
    }
    for (address, route) in routes {
      let fresh = PacketSockets.Demand(interface: route.interface)
      if others.contains(address) {
        demands[route.key(for: address), default: fresh].claims.announced[address] = known[address] ?? []
      }
      if own.contains(address) { demands[route.ownKey, default: fresh].own.insert(address) }
    }
    return demands
  }

  /// Enters claims that were seen on a wire.
  mutating func take(_ claims: [AddressClaim], from key: PacketSocket.Key, at time: HostTime) -> Effect {
    var effect = Effect()
    for claim in claims {
      switch (key.kind, claim.occasion) {
      case (.own, _): takeOwn(claim, key, time, &effect)
      case (_, .announcement): takeAnnouncement(claim, key, time, &effect)
      case (_, .reply(let target)): takeReply(claim, to: target, key)
      }
    }
    return effect
  }

  /// Neighbour advertisements do not repeat who asked.
  private mutating func takeReply(_ claim: AddressClaim, to target: IPAddress?, _ key: PacketSocket.Key) {
    guard let route = questions[claim.address]?.route, route.key(for: claim.address) == key,
      target == nil || target == route.sender ?? IPAddress(v4: 0)
    else { return }
    questions[claim.address]?.tally.count(claim.hardwareAddress)
  }

  private mutating func takeAnnouncement(
    _ claim: AddressClaim, _ key: PacketSocket.Key, _ time: HostTime, _ effect: inout Effect
  ) {
    let (address, source) = (claim.address, claim.hardwareAddress)
    guard others.contains(address), !ownHardware.contains(source), known[address]?.contains(source) != true,
      let route = routes[address], route.key(for: address) == key
    else { return }
    heard[address, default: HeardClaims()].announcement =
      HeardClaims.Announcement(hardwareAddress: source, interface: route.interface, time: time)
    effect.news.insert(address)
    // Beyond the limit the filter stays as it is: a storm of changing senders must not cost a new filter each.
    guard takeovers[address, default: 0] < Self.mostKnown else { return }
    takeovers[address, default: 0] += 1
    // Whoever had it before has lost it: that one's next announcement is news again.
    known[address] = [source]
    effect.needsFilters = true
  }

  private mutating func takeOwn(
    _ claim: AddressClaim, _ key: PacketSocket.Key, _ time: HostTime, _ effect: inout Effect
  ) {
    guard own.contains(claim.address), routes[claim.address]?.ownKey == key else { return }
    let before = heard[claim.address]?.ownClaim
    heard[claim.address, default: HeardClaims()].ownClaim = time
    if before.map({ time.elapsed(since: $0) >= Self.ownRepeat }) ?? true { effect.news.insert(claim.address) }
  }

  private func isWatched(_ address: IPAddress) -> Bool { others.contains(address) || own.contains(address) }
}

extension ProbeRoute {
  /// The wire on which the others' claims of an address are seen.
  func key(for address: IPAddress) -> PacketSocket.Key {
    PacketSocket.Key(kind: address.family == .v4 ? .arp : .discovery, interfaceIndex: interfaceIndex)
  }

  /// The wire on which this host's own claims are seen.
  var ownKey: PacketSocket.Key { PacketSocket.Key(kind: .own, interfaceIndex: interfaceIndex) }
}
