import AgentCore
import AgentHost
import Testing

@testable import AgentPlugins

/// Who is seen to hold an address of a Service.
@Suite struct ServiceMovesTests {
  private typealias Support = ServiceAddressSupport

  private func sight(
    _ outcome: ProbeOutcome, heard: HeardClaims = HeardClaims(), table: NetworkTable? = nil,
    counters: NetworkCounters = NetworkCounters()
  ) throws -> AddressSample {
    let table = try table ?? Support.table()
    let observation = try Support.observation(outcome: outcome, heard: heard, table: table, counters: counters)
    return AddressSample(observation.claims[0])
  }

  private func heard(own: Int? = nil, other: Int? = nil) throws -> HeardClaims {
    var heard = HeardClaims()
    let time = { (second: Int) in TestHost.time.advanced(by: .seconds(second)) }
    heard.ownClaim = own.map(time)
    heard.announcement = try other.map {
      HeardClaims.Announcement(
        hardwareAddress: try Support.hardware(Support.nodeB), interface: "eth0", time: time($0))
    }
    return heard
  }

  @Test func whoAnswersHoldsIt() throws {
    let sight = try sight(Support.answered([Support.nodeA]), heard: heard(own: -10))
    #expect(sight.others == [try Support.hardware(Support.nodeA)] && !sight.isOwn)
    #expect(sight.begin == TestHost.time && sight.end == TestHost.time)
  }

  @Test func thisHostHoldsWhatItWasHeardToAnswerFor() throws {
    let none = try Support.answered([])
    #expect(try sight(none, heard: heard(own: -10)).isOwn)
    #expect(try !sight(none, heard: heard(own: -181)).isOwn)
    #expect(try !sight(none, heard: heard(own: -10, other: -5)).isOwn)
    #expect(try !sight(none).isOwn)
  }

  @Test func whatIsBoundHereIsHeldHereExceptWhereEveryNodeHasIt() throws {
    #expect(try sight(Support.answered([]), table: Support.table(["192.168.100.240/32 eth0"])).isOwn)
    #expect(try !sight(Support.answered([]), table: Support.table(["192.168.100.240/32 kube-ipvs0"])).isOwn)
  }

  @Test func theKernelsMessagesAndTheLooksEndAreTakenOver() throws {
    var counters = NetworkCounters()
    counters.time = TestHost.time.advanced(by: .seconds(1))
    let event = AddressEvent(address: try Support.address(Support.ingress), kind: .added)
    counters.addressEvents = [event: 3]
    counters.lastEvents = [event: TestHost.time]
    var table = try Support.table(["192.168.100.240/32 eth0"])
    table.links[1].hardwareAddress = try Support.hardware(Support.nodeA)
    let sight = try sight(Support.answered([]), table: table, counters: counters)
    #expect(sight.end == counters.time && sight.events == AddressEvents(added: 3, addedAt: TestHost.time))
    #expect(sight.ownHardware == (try Support.hardware(Support.nodeA)))
  }
}
