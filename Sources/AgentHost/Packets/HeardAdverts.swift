package import AgentText

/// Who advertises which virtual router, as it was heard up to now.
package struct HeardAdverts: Sendable, Equatable {
  /// A virtual router: one number on one link, for each family of addresses.
  package struct Router: Sendable, Hashable {
    /// The interface's name.
    package var interface: String
    /// IPv4 or IPv6; the same number means two virtual routers there.
    package var family: IPAddress.Family
    /// The number (VRID).
    package var number: Int

    /// Makes a virtual router.
    package init(interface: String, family: IPAddress.Family, number: Int) {
      self.interface = interface
      self.family = family
      self.number = number
    }
  }

  /// One host that says it is the master.
  package struct Master: Sendable, Equatable {
    /// Its address on the link.
    package var address: IPAddress
    /// Its hardware address; nil where that has not 48 bits.
    package var hardwareAddress: HardwareAddress?
    /// Whether it is this host.
    package var isOwn: Bool
    /// Its priority, 1 to 255.
    package var priority: Int
    /// The virtual addresses that it holds, sorted.
    package var addresses: [IPAddress]
    /// From one advertisement to the next, as it says.
    package var interval: Duration
    /// How long ago it began, without a break since.
    package var began: Duration
    /// How long ago it was heard last.
    package var last: Duration

    /// Makes a master.
    package init(
      address: IPAddress, hardwareAddress: HardwareAddress? = nil, isOwn: Bool = false, priority: Int,
      addresses: [IPAddress], interval: Duration = .seconds(1), began: Duration, last: Duration = .zero
    ) {
      self.address = address
      self.hardwareAddress = hardwareAddress
      self.isOwn = isOwn
      self.priority = priority
      self.addresses = addresses
      self.interval = interval
      self.began = began
      self.last = last
    }

    /// Whether both were masters at once for longer than a fail-over takes.
    ///
    /// Who takes over may still hear the old master once, and one that comes back with a higher priority speaks before
    /// the other falls silent: one interval (RFC 5798 section 6.4.3). Three are no hand-over any more.
    package func isLasting(beside other: Master) -> Bool {
      min(began, other.began) - max(last, other.last) >= max(interval, other.interval) * 3
    }
  }

  /// The masters of each virtual router, in the order of their addresses.
  package var masters: [Router: [Master]]
  /// How long every interface has been listened on.
  package var listening: Duration
  /// The interfaces.
  package var interfaces: [String]

  /// Makes what was heard.
  package init(masters: [Router: [Master]] = [:], listening: Duration, interfaces: [String]) {
    self.masters = masters
    self.listening = listening
    self.interfaces = interfaces
  }

  /// The first two masters of a virtual router that last beside each other; nil when there are none.
  package func rivals(of router: Router) -> (first: Master, second: Master)? {
    let masters = masters[router] ?? []
    for (index, second) in masters.enumerated() {
      if let first = masters[..<index].first(where: { $0.isLasting(beside: second) }) { return (first, second) }
    }
    return nil
  }
}

/// What came of listening for advertisements.
package enum AdvertOutcome: Sendable, Equatable {
  /// They are listened for.
  case heard(HeardAdverts)
  /// The agent lacks a capability (capabilities(7)), named here.
  case denied(String)
  /// There is no interface to listen on, with the reason.
  case notApplicable(String)
  /// A system call failed, or the tables could not be read; the reason.
  case failed(String)
  /// A recorded host that did not listen.
  case notRecorded
}
