import AgentHost
import AgentText

/// What a recording says of virtual routers.
///
///     adverts:
///       - {interface: eth0, number: 51, from: 192.168.100.171, priority: 100, addresses: [192.168.100.230], own: true}
///       - {interface: eth0, number: 51, from: 192.168.100.172, mac: 52:54:00:12:34:57, priority: 100,
///          addresses: [192.168.100.230], interval: 1s, lasting: 1m}
///
/// A master lasts a minute unless it says otherwise, and so does the listening.
struct RecordedAdverts: Sendable {
  /// What was heard.
  let heard: HeardAdverts

  /// Reads `adverts`; nil when the recording has no such key, which is another thing than that nobody was heard.
  init?(from reader: SettingsReader) {
    let entries: [RecordedMaster] = reader.sections("adverts")
    guard reader.has("adverts") else { return nil }
    let masters = Dictionary(grouping: entries) { $0.router }.mapValues { entries in
      entries.map(\.master).sorted { $0.address < $1.address }
    }
    heard = HeardAdverts(
      masters: masters, listening: .seconds(60), interfaces: Set(masters.keys.map(\.interface)).sorted())
  }
}

private struct RecordedMaster: SettingsDecodable {
  var router: HeardAdverts.Router
  var master: HeardAdverts.Master

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
}
