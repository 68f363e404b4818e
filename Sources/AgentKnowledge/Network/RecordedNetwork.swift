package import AgentCore
package import AgentHost
package import AgentText

/// What a recording says of the network.
///
///     links:
///       - {name: eth0, mac: 52:54:00:12:34:56, speed: 1000}
///       - {name: wlan0, wireless: true, up: false}
///     addresses:
///       - {interface: eth0, address: 192.168.100.231, prefixLength: 24, created: 12}
///     neighbours:
///       - {interface: eth0, address: 192.168.100.1, mac: 52:54:00:ab:cd:ef}
///     arp:
///       - {address: 192.168.100.230, claimants: [52:54:00:12:34:57]}
///
/// An interface is Ethernet, up and with a carrier unless it says otherwise; its number is its place in the list. A
/// tunnel names the address that it sends from (`local`), a VLAN the interface below it (`lower`). An address was
/// `created` so many seconds after boot. For `adverts` see ``RecordedAdverts``.
package struct RecordedNetwork: HostNetwork, SettingsSection, SettingsEncodable {
  /// The tables; nil when the recording names no interface.
  package let recordedTable: NetworkTable?
  /// The hardware addresses that answer for an address; an address that is not here was not asked for.
  package let claimants: [IPAddress: [HardwareAddress]]
  private let recordedAdverts: RecordedAdverts

  package var adverts: any AdvertReader { recordedAdverts }

  /// What was seen of a network, to be recorded.
  package init(
    table: NetworkTable?, claimants: [IPAddress: [HardwareAddress]] = [:], adverts: HeardAdverts? = nil
  ) {
    recordedTable = table
    self.claimants = claimants
    recordedAdverts = RecordedAdverts(adverts)
  }

  /// Reads `links`, `addresses`, `neighbours`, `arp` and `adverts`.
  package init(from reader: SettingsReader) {
    let links: [RecordedLink] = reader.sections("links")
    let addresses: [RecordedAddress] = reader.sections("addresses")
    let neighbours: [RecordedNeighbour] = reader.sections("neighbours")
    let arp: [RecordedClaimants] = reader.sections("arp")
    claimants = Dictionary(arp.map { ($0.address, $0.claimants) }) { $0 + $1 }
    recordedAdverts = RecordedAdverts(from: reader)
    let numbers = Dictionary(zip(links.map(\.link.name), 1...)) { first, _ in first }
    for entry in addresses where numbers[entry.address.interface] == nil {
      reader.reject(
        "addresses", "\(entry.address.address) is on '\(entry.address.interface)'", allowed: "interfaces of links")
    }
    recordedTable =
      !reader.has("links")
      ? nil
      : NetworkTable(
        links: links.enumerated().map { $1.numbered($0 + 1) },
        addresses: addresses.map { $0.numbered(numbers) }, neighbours: neighbours.map(\.neighbour))
  }

  package func write(to writer: inout SettingsWriter) {
    writer.sections("links", recordedTable?.links.map { RecordedLink(link: $0) })
    writer.sections("addresses", recordedTable?.addresses.map { RecordedAddress(address: $0) })
    writer.sections("neighbours", recordedTable?.neighbours.map { RecordedNeighbour(neighbour: $0) })
    let asked = claimants.sorted { $0.key < $1.key }
    writer.sections(
      "arp", asked.isEmpty ? nil : asked.map { RecordedClaimants(address: $0.key, claimants: $0.value) })
    recordedAdverts.write(to: &writer)
  }

  package func table() throws(NetworkError) -> NetworkTable {
    guard let recordedTable else { throw NetworkError.notRecorded }
    return recordedTable
  }

  package func claimants(of address: IPAddress, on interface: String?, insists: Bool) -> ProbeOutcome {
    guard let found = claimants[address] else { return .notRecorded }
    return .answered(ProbeAnswers(claimants: found.map { .init(hardwareAddress: $0, answers: 1) }))
  }

  package func beside<T: Sendable>(_ work: @escaping @Sendable () async -> T) -> Task<T, Never>? { nil }

  package func heard(_ address: IPAddress) -> HeardClaims { HeardClaims() }

  package func counters() -> NetworkCounters { NetworkCounters() }

  package func changes() -> AsyncStream<Trigger> { .ended }

  package func watch() -> NetworkWatch { NetworkWatch(nil) }
}

private struct RecordedLink: SettingsEncodable {
  var link: NetworkLink

  init(link: NetworkLink) { self.link = link }

  init?(from reader: SettingsReader) {
    let name: String? = reader.required("name")
    link = NetworkLink(index: 0, name: name ?? "")
    link.kind = reader.optional("kind")
    link.hardwareType = UInt16(reader.value("type", default: 1, in: 0...65535))
    link.hardwareAddress = reader.optional("mac")
    link.mtu = reader.value("mtu", default: 1500, in: 0...Int(Int32.max))
    link.master = reader.optional("master")
    link.lower = reader.optional("lower")
    link.tunnelSource = reader.optional("local")
    link.speed = reader.optional("speed")
    link.isWireless = reader.value("wireless", default: false)
    link.promiscuity = reader.value("promiscuous", default: false) ? 1 : 0
    let isUp = reader.value("up", default: true)
    let hasCarrier = reader.value("carrier", default: isUp)
    link.flags = hasCarrier ? [.running, .lowerUp] : []
    if isUp { link.flags.insert(.up) }
    if reader.value("loopback", default: name == "lo") { link.flags.insert(.loopback) }
    if reader.value("pointToPoint", default: false) { link.flags.insert(.pointToPoint) }
    if reader.value("noARP", default: false) { link.flags.insert(.noARP) }
    let count = { (key: String) in UInt64(reader.value(key, default: 0, in: 0...Int.max)) }
    link.counters.receiveErrors = count("receiveErrors")
    link.counters.transmitErrors = count("transmitErrors")
    link.counters.receiveDropped = count("receiveDropped")
    link.counters.transmitDropped = count("transmitDropped")
    link.counters.receiveCRCErrors = count("receiveCRCErrors")
    link.counters.carrierChanges = count("carrierChanges")
    guard name != nil else { return nil }
  }

  func write(to writer: inout SettingsWriter) {
    let (isUp, hasCarrier) = (link.flags.contains(.up), link.flags.contains(.lowerUp))
    writer.value("name", link.name)
    writer.optional("kind", link.kind)
    writer.value("type", Int(link.hardwareType), default: 1)
    writer.optional("mac", link.hardwareAddress)
    writer.value("mtu", link.mtu, default: 1500)
    writer.optional("master", link.master)
    writer.optional("lower", link.lower)
    writer.optional("local", link.tunnelSource)
    writer.optional("speed", link.speed)
    writer.value("wireless", link.isWireless, default: false)
    writer.value("promiscuous", link.isPromiscuous, default: false)
    writer.value("up", isUp, default: true)
    writer.value("carrier", hasCarrier, default: isUp)
    writer.value("loopback", link.flags.contains(.loopback), default: link.name == "lo")
    writer.value("pointToPoint", link.flags.contains(.pointToPoint), default: false)
    writer.value("noARP", link.flags.contains(.noARP), default: false)
    let counters = [
      ("receiveErrors", link.counters.receiveErrors), ("transmitErrors", link.counters.transmitErrors),
      ("receiveDropped", link.counters.receiveDropped), ("transmitDropped", link.counters.transmitDropped),
      ("receiveCRCErrors", link.counters.receiveCRCErrors), ("carrierChanges", link.counters.carrierChanges),
    ]
    for (key, count) in counters { writer.value(key, Int(clamping: count), default: 0) }
  }

  func numbered(_ index: Int) -> NetworkLink {
    var link = link
    link.index = index
    return link
  }
}

private struct RecordedAddress: SettingsEncodable {
  var address: InterfaceAddress

  init(address: InterfaceAddress) { self.address = address }

  init?(from reader: SettingsReader) {
    let address: IPAddress? = reader.required("address")
    let interface: String? = reader.required("interface")
    let bits = address?.family.bits ?? 0
    let length = reader.value("prefixLength", default: bits, in: 0...max(bits, 1))
    let flags: [RecordedFlag] = reader.list("flags", default: [.permanent])
    let scope = reader.value("scope", default: InterfaceAddress.Scope.global)
    let created: Int? = reader.optional("created")
    guard let address, let interface else { return nil }
    self.address = InterfaceAddress(
      address: address, prefixLength: length, interface: interface, interfaceIndex: 0, scope: scope,
      flags: flags.reduce(into: []) { $0.insert($1.flag) }, created: created.map { .seconds($0) })
  }

  func write(to writer: inout SettingsWriter) {
    writer.value("interface", address.interface)
    writer.value("address", address.address)
    writer.value("prefixLength", address.prefixLength, default: address.address.family.bits)
    writer.list("flags", RecordedFlag.allCases.filter { address.flags.contains($0.flag) }, default: [.permanent])
    writer.value("scope", address.scope ?? .global, default: .global)
    writer.optional("created", address.created.map { Int($0.components.seconds) })
  }

  func numbered(_ numbers: [String: Int]) -> InterfaceAddress {
    var address = address
    address.interfaceIndex = numbers[address.interface] ?? 0
    return address
  }
}

private enum RecordedFlag: String, CaseIterable, SettingsScalar {
  case secondary, duplicate, deprecated, tentative, permanent

  var flag: InterfaceAddress.Flags {
    switch self {
    case .secondary: .secondary
    case .duplicate: .duplicate
    case .deprecated: .deprecated
    case .tentative: .tentative
    case .permanent: .permanent
    }
  }
}

private struct RecordedNeighbour: SettingsEncodable {
  var neighbour: NetworkNeighbour

  init(neighbour: NetworkNeighbour) { self.neighbour = neighbour }

  init?(from reader: SettingsReader) {
    let address: IPAddress? = reader.required("address")
    let interface: String? = reader.required("interface")
    let mac: HardwareAddress? = reader.optional("mac")
    let state = reader.value("state", default: NetworkNeighbour.State.reachable)
    guard let address, let interface else { return nil }
    neighbour = NetworkNeighbour(
      address: address, hardwareAddress: mac, interface: interface, state: state)
  }

  func write(to writer: inout SettingsWriter) {
    writer.value("interface", neighbour.interface)
    writer.value("address", neighbour.address)
    writer.optional("mac", neighbour.hardwareAddress)
    writer.value("state", neighbour.state, default: .reachable)
  }
}

private struct RecordedClaimants: SettingsEncodable {
  var address: IPAddress
  var claimants: [HardwareAddress]

  init(address: IPAddress, claimants: [HardwareAddress]) {
    self.address = address
    self.claimants = claimants
  }

  func write(to writer: inout SettingsWriter) {
    writer.value("address", address)
    writer.list("claimants", claimants, default: nil)
  }

  init?(from reader: SettingsReader) {
    let address: IPAddress? = reader.required("address")
    claimants = reader.list("claimants")
    guard let address else { return nil }
    self.address = address
  }
}
