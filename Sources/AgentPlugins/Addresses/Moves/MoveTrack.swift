import AgentHost
import AgentCore
import AgentText

/// The moves of one address, made out of looks at it, of announcements and of the kernel's messages on this host.
///
/// A look that sees nobody ends nothing: who is seen next is compared with who was seen last. While the old holder is
/// still seen beside a new one, the address has not moved. What came to this host and went again between two looks is
/// known by the kernel's count alone, so the other side of those moves is unknown.
struct MoveTrack: Sendable {
  static let most = 100

  private typealias Station = AddressSample.Station

  private struct Presence {
    /// When it was first seen, of the looks that saw it without a break.
    var first: HostTime
    /// When it was last seen: the beginning of a look, or an announcement.
    var last: HostTime
  }

  /// The two sides of a move.
  private struct Leg {
    var from: Set<Station>
    var to: Set<Station>
  }

  private let address: IPAddress
  private let start: HostTime
  /// When the look before began.
  private var lastLook: HostTime
  /// Who held it when somebody was last seen to.
  private var holder: Set<Station> = []
  private var presences: [Station: Presence] = [:]
  private var wasOwn = false
  private var ownHardware: HardwareAddress?
  /// It left this host, and nobody was seen with it since.
  private var isAway = false
  private var events: AddressEvents
  /// The oldest first.
  private var moves: [Move] = []

  init(first sight: AddressSample) {
    address = sight.address
    start = sight.begin
    lastLook = sight.begin
    events = sight.events
    wasOwn = sight.isOwn
    holder = sight.stations
  }

  /// The newest first.
  var history: [Move] { moves.reversed() }

  func summary(at time: HostTime) -> AddressMoves.Summary {
    AddressMoves.Summary(
      count: moves.count { time.elapsed(since: $0.at) < AddressMoves.length },
      watched: min(time.elapsed(since: start), AddressMoves.length), history: history)
  }

  mutating func take(_ sight: AddressSample) {
    ownHardware = sight.ownHardware ?? ownHardware
    let pairs = unseenStays(sight)
    let seen = sight.stations
    let (before, wasAway) = (holder, isAway)
    let legs = self.legs(to: sight, unseen: pairs)
    if !legs.isEmpty {
      add(legs, sight)
    } else if !seen.isEmpty, wasAway, !sight.isOwn {
      arrive(sight, from: before)
    }
    if !seen.isEmpty || sight.isOwn != wasOwn {
      holder = next(after: before, sight, moved: !legs.isEmpty)
      isAway = seen.isEmpty
    }
    note(sight)
    wasOwn = sight.isOwn
    lastLook = sight.begin
  }

  /// How often it came and went, or went and came, unseen between two looks; takes what it explains from the count.
  ///
  /// A message may come after the look that saw what it tells of, so a change that a look saw takes its message even
  /// before it came.
  private mutating func unseenStays(_ sight: AddressSample) -> Int {
    let cameHere = !wasOwn && sight.isOwn ? 1 : 0
    let wentAway = wasOwn && !sight.isOwn ? 1 : 0
    let pairs = max(
      0, min(sight.events.added - events.added - cameHere, sight.events.removed - events.removed - wentAway))
    events.added += cameHere + pairs
    events.removed += wentAway + pairs
    return min(pairs, Self.most)
  }

  /// The moves since the last look, in order; the sides of all but the last are own and unknown by turns.
  private func legs(to sight: AddressSample, unseen pairs: Int) -> [Leg] {
    let seen = sight.stations
    let isOther = !isAway && !holder.isEmpty && !seen.isEmpty && holder.isDisjoint(with: seen)
    let count = max(isOther ? 1 : 0, pairs * 2 + (sight.isOwn == wasOwn ? 0 : 1))
    guard count > 0 else { return [] }
    var from: Set<Station> = isAway ? [] : holder
    var isHere = wasOwn
    var legs: [Leg] = []
    for _ in 1..<count {
      isHere.toggle()
      legs.append(Leg(from: from, to: isHere ? [.own] : []))
      from = isHere ? [.own] : []
    }
    let to: Set<Station> = sight.isOwn ? [.own] : seen
    return legs + [Leg(from: from.subtracting(to), to: to)]
  }

  private mutating func add(_ legs: [Leg], _ sight: AddressSample) {
    // Of several comings and goings the times of the last are known.
    let came = sight.events.addedAt.flatMap { $0.elapsed(since: lastLook) >= .zero ? $0 : nil }
    let went = sight.events.removedAt.flatMap { $0.elapsed(since: lastLook) >= .zero ? $0 : nil }
    for leg in legs.dropLast() { append(leg, at: (leg.to == [.own] ? came : went) ?? sight.end, gap: nil) }
    guard let last = legs.last else { return }
    let lost = legs.count > 1 ? went : lastSight(of: isAway ? [.own] : last.from, in: sight)
    guard !last.to.isEmpty else { return append(last, at: went ?? sight.end, gap: nil) }
    let found = firstSight(of: last.to, in: sight, after: lost)
    append(last, at: found, gap: gap(from: lost, to: found))
  }

  /// The move that began when the address left this host has found its end.
  private mutating func arrive(_ sight: AddressSample, from before: Set<Station>) {
    guard var move = moves.popLast() else { return }
    let lost = lastSight(of: before, in: sight)
    let found = firstSight(of: sight.stations, in: sight, after: lost)
    move.to = text(sight.stations)
    move.at = found
    move.gap = gap(from: lost, to: found)
    moves.append(move)
  }

  private func next(after before: Set<Station>, _ sight: AddressSample, moved: Bool) -> Set<Station> {
    let seen = sight.stations
    if sight.isOwn, moved { return [.own] }
    let stayed = before.intersection(seen)
    return !moved && !stayed.isEmpty ? stayed : seen.isEmpty ? before : seen
  }

  private mutating func note(_ sight: AddressSample) {
    var next: [Station: Presence] = [:]
    for station in sight.stations {
      let first = presences[station]?.first ?? firstSight(of: [station], in: sight, after: nil)
      next[station] = Presence(first: first, last: sight.begin)
    }
    // Of who is gone, the last sight is what the next move is measured from.
    for station in holder where next[station] == nil {
      if let last = lastSight(of: [station], in: sight) { next[station] = Presence(first: last, last: last) }
    }
    presences = next
  }

  /// When one of these was last seen: a look's beginning, an announcement, or the kernel's word that this host gave it
  /// up.
  private func lastSight(of stations: Set<Station>, in sight: AddressSample) -> HostTime? {
    let looks = stations.compactMap { presences[$0]?.last }
    var times = looks
    if stations.contains(.own), let went = sight.events.removedAt { times.append(went) }
    if stations.contains(.own), let claim = sight.heard.ownClaim { times.append(claim) }
    if let told = sight.heard.announcement, stations.contains(.other(told.hardwareAddress)) { times.append(told.time) }
    return times.filter { time in looks.allSatisfy { time.elapsed(since: $0) >= .zero } }
      .max { $0.bootNanoseconds < $1.bootNanoseconds }
  }

  /// When one of these was first seen: an earlier look that saw it beside the old holder, its announcement or the
  /// kernel's word, where they are newer than `time`, else the end of this look.
  private func firstSight(of stations: Set<Station>, in sight: AddressSample, after time: HostTime?) -> HostTime {
    var times = [sight.end]
    for station in stations {
      if let known = presences[station], sightsGoOn(station) { times.append(known.first) }
      let told: [HostTime?]
      switch station {
      case .own: told = [sight.events.addedAt, sight.heard.ownClaim]
      case .other(let hardware):
        told = [sight.heard.announcement.flatMap { $0.hardwareAddress == hardware ? $0.time : nil }]
      }
      times += told.compactMap(\.self).filter { $0.elapsed(since: time ?? lastLook) >= .zero }
    }
    return times.min { $0.bootNanoseconds < $1.bootNanoseconds } ?? sight.end
  }

  /// Whether the last look saw it without its being the holder.
  private func sightsGoOn(_ station: Station) -> Bool { presences[station] != nil && !holder.contains(station) }

  private func gap(from lost: HostTime?, to found: HostTime) -> Duration? {
    lost.map { max(.zero, found.elapsed(since: $0)) }
  }

  private mutating func append(_ leg: Leg, at time: HostTime, gap: Duration?) {
    moves.append(Move(at: time, address: "\(address)", from: text(leg.from), to: text(leg.to), gap: gap))
    if moves.count > Self.most { moves.removeFirst(moves.count - Self.most) }
  }

  private func text(_ stations: Set<Station>) -> String {
    let texts = stations.sorted().map { station in
      switch station {
      case .own: ownHardware.map { "\($0)" } ?? Move.thisHost
      case .other(let hardware): "\(hardware)"
      }
    }
    return texts.isEmpty ? Move.unseen : texts.joined(separator: ", ")
  }
}
