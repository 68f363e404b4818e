import AgentTesting
import AgentCore
import Testing

@testable import AgentHost
@testable import AgentText

@Suite struct ClaimBookTests {
  private let vip: IPAddress
  private let key = PacketSocket.Key(kind: .arp, interfaceIndex: 2)
  private let time = HostTime(wallNanoseconds: 1_795_230_000_000_000_000, bootNanoseconds: 3_600_000_000_000)
  private var book = ClaimState()

  init() throws {
    vip = try ip("192.0.2.230")
    var link = NetworkLink(index: 2, name: "eth0")
    link.hardwareAddress = try mac("52:54:00:00:00:10")
    let own = InterfaceAddress(address: try ip("192.0.2.10"), prefixLength: 24, interface: "eth0", interfaceIndex: 2)
    let own6 = InterfaceAddress(
      address: try ip("fe80::10"), prefixLength: 64, interface: "eth0", interfaceIndex: 2, scope: .link)
    let net6 = InterfaceAddress(
      address: try ip("2001:db8::10"), prefixLength: 64, interface: "eth0", interfaceIndex: 2)
    book.watch([vip, try ip("2001:db8::230")], own: [vip])
    book.route(by: NetworkTable(links: [link], addresses: [own, net6, own6]))
  }

  private func station(_ number: Int) throws -> HardwareAddress {
    try #require(HardwareAddress(bytes: [0x52, 0x54, 0, 0, 1, UInt8(number)]))
  }

  private func claim(
    _ number: Int, _ occasion: AddressClaim.Occasion = .announcement, _ address: IPAddress? = nil
  ) throws -> AddressClaim {
    AddressClaim(address: address ?? vip, hardwareAddress: try station(number), occasion: occasion)
  }

  @Test mutating func aNewClaimantIsNewsOnceAndThenKnown() throws {
    #expect(book.take([try claim(1)], from: key, at: time) == ClaimState.Effect(news: [vip], needsFilters: true))
    #expect(book.take([try claim(1)], from: key, at: time) == ClaimState.Effect())
    #expect(book.demands()[key]?.claims.announced[vip] == [try station(1)])
    let heard = book.heard(vip) { _ in true }
    #expect(heard.announcement == .init(hardwareAddress: try station(1), interface: "eth0", time: time))
    #expect(heard.isListening && heard.isWatchingOwn)
    #expect(!book.heard(vip) { $0 != key }.isListening)
  }

  @Test mutating func whoAnsweredIsKnownAndTheEarlierOnesAreNotAnyMore() throws {
    _ = book.take([try claim(1)], from: key, at: time)
    book.learn([.init(hardwareAddress: try station(2), answers: 1)], of: vip)
    #expect(book.demands()[key]?.claims.announced[vip] == [try station(2)])
    #expect(book.take([try claim(1)], from: key, at: time).news == [vip])
    book.learn([], of: vip)
    #expect(book.take([try claim(2)], from: key, at: time).news == [vip])
  }

  @Test mutating func aStormOfSendersCostsFewFilters() throws {
    var filters = 0
    for number in 0..<200 {
      let effect = book.take([try claim(number)], from: key, at: time)
      #expect(effect.news == [vip])
      filters += effect.needsFilters ? 1 : 0
    }
    #expect(filters == ClaimState.mostKnown)
    #expect(book.demands()[key]?.claims.announced[vip]?.count == 1)
  }

  @Test mutating func whatIsNotWatchedOrOwnOrElsewhereIsNoNews() throws {
    let own = AddressClaim(address: vip, hardwareAddress: try mac("52:54:00:00:00:10"), occasion: .announcement)
    let other = PacketSocket.Key(kind: .arp, interfaceIndex: 3)
    #expect(
      book.take([own, try claim(1, .announcement, ip("192.0.2.99"))], from: key, at: time) == ClaimState.Effect())
    #expect(book.take([try claim(1)], from: other, at: time) == ClaimState.Effect())
    #expect(book.take([try claim(1, .reply(to: ip("192.0.2.10")))], from: key, at: time) == ClaimState.Effect())
  }

  @Test mutating func repliesCountForTheQuestionInFlightOnly() throws {
    let table = NetworkTable(
      links: [
        {
          var link = NetworkLink(index: 2, name: "eth0");
          link.hardwareAddress = HardwareAddress(bytes: [2, 0, 0, 0, 0, 9]); return link
        }()
      ],
      addresses: [
        InterfaceAddress(address: try ip("192.0.2.10"), prefixLength: 24, interface: "eth0", interfaceIndex: 2)
      ])
    let route = try ProbeRoute.find(to: vip, in: table).get()
    book.questions[vip] = .init(route: route, tally: ClaimTally(ignoring: table.ownHardwareAddresses))
    #expect(book.demands()[key]?.claims.asked == [vip: try ip("192.0.2.10")])
    let mine = try claim(1, .reply(to: ip("192.0.2.10")))
    _ = book.take([mine, mine, try claim(2, .reply(to: ip("192.0.2.11"))), try claim(3)], from: key, at: time)
    _ = book.take([mine], from: PacketSocket.Key(kind: .arp, interfaceIndex: 3), at: time)
    let own = AddressClaim(
      address: vip, hardwareAddress: try mac("02:00:00:00:00:09"), occasion: .reply(to: try ip("192.0.2.10")))
    _ = book.take([own], from: key, at: time)
    #expect(book.questions[vip]?.tally.claimants == [.init(hardwareAddress: try station(1), answers: 2)])
  }

  @Test mutating func whoTakesAnAddressBackIsNewsBeforeAnybodyWasAsked() throws {
    let (first, second) = (try claim(1, .announcement), try claim(2, .announcement))
    book.learn([.init(hardwareAddress: try station(1), answers: 1)], of: vip)
    #expect(book.take([first], from: key, at: time).news.isEmpty)
    #expect(book.take([second], from: key, at: time).news == [vip])
    #expect(book.take([second], from: key, at: time).news.isEmpty)
    #expect(book.take([first], from: key, at: time).news == [vip])
  }

  @Test mutating func ownClaimsAreNewsOnceAMinute() throws {
    let own = PacketSocket.Key(kind: .own, interfaceIndex: 2)
    let answer = AddressClaim(
      address: vip, hardwareAddress: try mac("52:54:00:00:00:10"), occasion: .reply(to: try ip("192.0.2.1")))
    #expect(book.demands()[own]?.own == [vip])
    #expect(book.take([answer], from: own, at: time).news == [vip])
    let later = time.advanced(by: .seconds(59))
    #expect(book.take([answer], from: own, at: later).news.isEmpty)
    #expect(book.heard(vip) { _ in true }.ownClaim == later)
    #expect(book.take([answer], from: own, at: later.advanced(by: .seconds(60))).news == [vip])
    #expect(book.heard(vip) { _ in true }.announcement == nil)
    let otherWire = PacketSocket.Key(kind: .own, interfaceIndex: 3)
    #expect(book.take([answer], from: otherWire, at: later.advanced(by: .seconds(600))).news.isEmpty)
  }

  @Test mutating func anIPv6AddressThatMovedIsLeftAloneForTwoSeconds() throws {
    let six = try ip("2001:db8::230")
    let wire = PacketSocket.Key(kind: .discovery, interfaceIndex: 2)
    #expect(!book.isMoving(six, at: time))
    #expect(book.take([try claim(1, .announcement, six)], from: wire, at: time).news == [six])
    #expect(book.isMoving(six, at: time.advanced(by: .milliseconds(1999))))
    #expect(!book.isMoving(six, at: time.advanced(by: .seconds(2))))
    _ = book.take([try claim(1)], from: key, at: time)
    #expect(!book.isMoving(vip, at: time))
  }

  @Test mutating func whatIsNoLongerWatchedIsForgotten() throws {
    _ = book.take([try claim(1)], from: key, at: time)
    book.watch([], own: [])
    #expect(book.demands().isEmpty)
    #expect(book.heard(vip) { _ in true } == HeardClaims())
  }

  @Test func theTallyIsBounded() throws {
    var tally = ClaimTally(ignoring: [])
    for number in 0..<100_000 {
      let bytes = [2, 0, 0] + [16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
      tally.count(try #require(HardwareAddress(bytes: bytes)))
    }
    #expect(tally.claimants.count == ProbeAnswers.most && tally.isCutShort)
    #expect(tally.claimants == tally.claimants.sorted { $0.hardwareAddress < $1.hardwareAddress })
  }

  @Test func onlyWhoCannotBeToldApartIsAmbiguous() throws {
    let virtual = try mac("00:00:5e:00:01:33")
    let claimants = [(virtual, 1), (try station(1), 1), (try station(2), 2)].map {
      ProbeAnswers.Claimant(hardwareAddress: $0.0, answers: $0.1)
    }
    #expect(ProbeAnswers(claimants: claimants).ambiguous.map(\.hardwareAddress) == [virtual, try station(2)])
    #expect(ProbeAnswers(claimants: claimants, questions: 3).ambiguous.map(\.hardwareAddress) == [virtual])
  }
}
