package import AgentCore
package import AgentText

/// What was heard of a watched address without asking.
package struct HeardClaims: Sendable, Equatable {
  /// A host that told all others that it has the address now: a gratuitous ARP packet or an unsolicited neighbour
  /// advertisement from a hardware address that was not known to claim it.
  package struct Announcement: Sendable, Equatable {
    /// The hardware address that has it now.
    package var hardwareAddress: HardwareAddress
    /// The interface where it was heard.
    package var interface: String
    /// When.
    package var time: HostTime

    /// Makes an announcement.
    package init(hardwareAddress: HardwareAddress, interface: String, time: HostTime) {
      self.hardwareAddress = hardwareAddress
      self.interface = interface
      self.time = time
    }
  }

  /// The last announcement; nil when there was none.
  package var announcement: Announcement?
  /// When this host itself last answered for the address, or announced it; nil when it was not seen to.
  package var ownClaim: HostTime?
  /// Whether announcements of others are listened for.
  package var isListening = false
  /// Whether this host's own answers are looked for.
  package var isWatchingOwn = false

  /// So long an own answer counts that was seen leaving. The agents of other nodes ask every 90 s at the latest, so that
  /// one of their questions may be lost.
  package static let ownClaimLasts = Duration.seconds(180)

  /// Nothing was heard, and nobody listens.
  package init() {}

  /// Whether this host was seen to answer for the address a short time ago, and nobody announced it since.
  package func isClaimedHere(at time: HostTime) -> Bool {
    guard let own = ownClaim, time.elapsed(since: own) <= Self.ownClaimLasts else { return false }
    guard let other = announcement else { return true }
    return own.elapsed(since: other.time) > .zero
  }
}
