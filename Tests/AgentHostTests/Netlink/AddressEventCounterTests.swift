import AgentTesting
import AgentCore
import Testing

@testable import AgentHost
@testable import AgentText

@Suite struct NetworkLedgerTests {
  private let vip: IPAddress
  private var ledger = AddressEventCounter()

  init() throws {
    vip = try ip("192.168.100.230")
    ledger.watch([vip])
  }

  private func address(_ address: IPAddress, prefix: UInt8 = 24, index: UInt32 = 2, flags: UInt8 = 0x80)
    -> RouteMessage?
  {
    message(
      MessageType.newAddress,
      payload(addressHeader(family: 2, prefix: prefix, flags: flags, index: index), (2, address.bytes)))
  }

  private func removed(_ address: IPAddress, prefix: UInt8 = 24, index: UInt32 = 2) -> RouteMessage? {
    message(
      MessageType.deleteAddress, payload(addressHeader(family: 2, prefix: prefix, index: index), (2, address.bytes)))
  }

  private mutating func take(_ message: RouteMessage?) throws -> Bool { ledger.take(try #require(message)) }

  private func count(_ kind: AddressEvent.Kind) -> Int { ledger.counts[AddressEvent(address: vip, kind: kind)] ?? 0 }

  private func table(_ holdings: (Int, Int)...) -> NetworkTable {
    NetworkTable(
      addresses: holdings.map {
        InterfaceAddress(address: vip, prefixLength: $0.1, interface: "eth\($0.0)", interfaceIndex: $0.0)
      })
  }

  @Test mutating func whatIsNewCountsOnceAndARenewalDoesNot() throws {
    ledger.reconcile(with: NetworkTable())
    #expect(try take(address(vip)))
    #expect(try !take(address(vip)))
    #expect(try take(address(vip, flags: 0xA0)), "deprecated: news, but not a new address")
    #expect(count(.added) == 1)
    #expect(try take(removed(vip)))
    #expect(try !take(removed(vip)))
    #expect(count(.removed) == 1)
  }

  @Test mutating func whatWasThereAtTheStartDoesNotCount() throws {
    ledger.reconcile(with: table((2, 24)))
    #expect(ledger.counts.isEmpty)
    #expect(try !take(address(vip)))
    #expect(try take(removed(vip)))
    #expect(count(.added) == 0 && count(.removed) == 1)
  }

  @Test mutating func beforeTheFirstReadingEverythingIsNewsAndNothingCounts() throws {
    #expect(try take(address(vip)))
    #expect(try take(address(vip)))
    #expect(ledger.counts.isEmpty)
  }

  @Test mutating func anotherPrefixOrInterfaceIsAnotherHolding() throws {
    ledger.reconcile(with: table((2, 32)))
    #expect(try take(address(vip, prefix: 24)))
    #expect(try take(removed(vip, prefix: 32)))
    #expect(try take(address(vip, prefix: 24, index: 3)))
    #expect(count(.added) == 2 && count(.removed) == 1)
  }

  @Test mutating func whatWasLostIsMadeUpFor() throws {
    ledger.reconcile(with: table((2, 24), (3, 24)))
    ledger.reconcile(with: table((3, 24), (4, 24)))
    #expect(count(.added) == 1 && count(.removed) == 1)
    // Late messages of what the reading showed already.
    #expect(try !take(address(vip, index: 4)))
    #expect(try !take(removed(vip, index: 2)))
    #expect(count(.added) == 1 && count(.removed) == 1)
  }

  @Test mutating func everyEventBearsTheTimeOfItsLastMessage() throws {
    let (early, late) = (
      HostTime(wallNanoseconds: 10, bootNanoseconds: 10), HostTime(wallNanoseconds: 20, bootNanoseconds: 20)
    )
    ledger.reconcile(with: NetworkTable())
    _ = try take(address(vip))
    ledger.stamp(early)
    #expect(ledger.times == [AddressEvent(address: vip, kind: .added): early])
    _ = try take(address(vip))
    _ = try take(removed(vip))
    ledger.stamp(late)
    ledger.stamp(HostTime(wallNanoseconds: 30, bootNanoseconds: 30))
    #expect(
      ledger.times == [
        AddressEvent(address: vip, kind: .added): early, AddressEvent(address: vip, kind: .removed): late,
      ])
  }

  @Test mutating func otherAddressesAreNewsAndNotCounted() throws {
    ledger.reconcile(with: NetworkTable())
    #expect(try take(address(ip("10.0.0.1"))))
    #expect(ledger.counts.isEmpty)
  }

  @Test mutating func aWatchEndsWithItsLastWatcher() throws {
    ledger.reconcile(with: NetworkTable())
    ledger.watch([vip])
    ledger.unwatch([vip])
    #expect(try take(address(vip)))
    ledger.unwatch([vip])
    #expect(try take(removed(vip)))
    #expect(count(.added) == 1 && count(.removed) == 0)
  }

  @Test mutating func aLinkIsNewsWhenItChangesAndNotWhenItsCountersDo() throws {
    let link = { (flags: UInt32, changes: UInt32) in
      message(
        MessageType.newLink, payload(linkHeader(flags: flags), (3, Array("eth0\0".utf8)), (35, bytes(changes))))
    }
    #expect(try take(link(0x1_1043, 1)))
    #expect(try !take(link(0x1_1043, 2)))
    #expect(try take(link(0x1003, 3)))
    let gone = message(MessageType.deleteLink, payload(linkHeader(), (3, Array("eth0\0".utf8))))
    #expect(try take(gone))
  }

  @Test mutating func aWatchedNeighboursNewHardwareAddressIsNews() throws {
    let neighbour = { (address: IPAddress, last: UInt8?) in
      message(
        MessageType.newNeighbour,
        last.map { payload(neighbourHeader(), (1, address.bytes), (2, [2, 0, 0, 0, 0, $0])) }
          ?? payload(neighbourHeader(state: 0x20), (1, address.bytes)))
    }
    #expect(try take(neighbour(vip, 1)))
    #expect(try !take(neighbour(vip, 1)))
    #expect(try take(neighbour(vip, 2)))
    #expect(try take(neighbour(vip, nil)), "it stopped to answer")
    #expect(try !take(neighbour(ip("192.168.100.1"), 1)))
    let forgotten = message(
      MessageType.deleteNeighbour, payload(neighbourHeader(), (1, vip.bytes), (2, [2, 0, 0, 0, 0, 9])))
    #expect(try !take(forgotten))
  }
}
