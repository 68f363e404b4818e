package import AgentCore
package import AgentHost
package import AgentText

/// What a recording says of virtual routers.
///
///     adverts:
///       - {interface: eth0, number: 51, from: 192.168.100.171, priority: 100, addresses: [192.168.100.230], own: true}
///       - {interface: eth0, number: 51, from: 192.168.100.172, mac: 52:54:00:12:34:57, priority: 100,
///          addresses: [192.168.100.230], interval: 1s, lasting: 1m}
///
/// A master lasts a minute unless it says otherwise, and so does the listening.
package struct RecordedAdverts: AdvertReader, Equatable {
  /// What was heard; nil when the host did not listen.
  package let heard: HeardAdverts?

  /// What was heard, to be recorded; the time of the listening is not.
  package init(_ heard: HeardAdverts?) { self.heard = heard }

  /// Reads `adverts`; a recording without that key did not listen, which is another thing than that nobody was heard.
  init(from reader: SettingsReader) {
    let entries: [RecordedMaster] = reader.sections("adverts")
    let masters = Dictionary(grouping: entries) { $0.router }.mapValues { entries in
      entries.map(\.master).sorted { $0.address < $1.address }
    }
    let interfaces = Set(masters.keys.map(\.interface)).sorted()
    heard =
      reader.has("adverts") ? HeardAdverts(masters: masters, listening: .seconds(60), interfaces: interfaces) : nil
  }

  func write(to writer: inout SettingsWriter) {
    let masters = heard?.masters.sorted { ($0.key.interface, $0.key.number) < ($1.key.interface, $1.key.number) }
    writer.sections(
      "adverts", masters?.flatMap { router, all in all.map { RecordedMaster(router: router, master: $0) } })
  }

  package func heard(about address: IPAddress, on interfaces: [String]) -> AdvertOutcome {
    heard.map { .heard($0) } ?? .notRecorded
  }

  package func rivalry() -> AsyncStream<Trigger> { .ended }
}

private struct RecordedMaster: SettingsEncodable {
  var router: HeardAdverts.Router
  var master: HeardAdverts.Master

  init(router: HeardAdverts.Router, master: HeardAdverts.Master) {
    self.router = router
    self.master = master
  }

  init?(from reader: SettingsReader) {
    let interface: String? = reader.required("interface")
    let number: Int? = reader.required("number")
    let address: IPAddress? = reader.required("from")
    let mac: HardwareAddress? = reader.optional("mac")
    let isOwn = reader.value("own", default: false)
    let priority = reader.value("priority", default: 100, in: 1...255)
    let addresses: [IPAddress] = reader.list("addresses")
    let interval = reader.value("interval", default: Duration.seconds(1))
    let lasting = reader.value("lasting", default: Duration.seconds(60))
    guard let interface, let number, let address else { return nil }
    router = HeardAdverts.Router(interface: interface, family: address.family, number: number)
    master = HeardAdverts.Master(
      address: address, hardwareAddress: mac, isOwn: isOwn, priority: priority, addresses: addresses.sorted(),
      interval: interval, began: lasting)
  }

  func write(to writer: inout SettingsWriter) {
    writer.value("interface", router.interface)
    writer.value("number", router.number)
    writer.value("from", master.address)
    writer.optional("mac", master.hardwareAddress)
    writer.value("own", master.isOwn, default: false)
    writer.value("priority", master.priority, default: 100)
    writer.list("addresses", master.addresses)
    writer.value("interval", master.interval, default: .seconds(1))
    writer.value("lasting", master.began, default: .seconds(60))
  }
}
