import AgentCore
import AgentHost

/// The numbers of the shared address.
enum VIPMetrics {
  static func families(_ look: VIPLook?) -> [MetricFamily] {
    [
      MetricFamily(
        "nodeagent_address_held", help: "Whether this host holds the address.", samples: look.map(held) ?? []),
      MetricFamily(
        "nodeagent_address_held_info", help: "The interface on which this host holds the address.",
        samples: look.map(interfaces) ?? []),
      MetricFamily(
        "nodeagent_address_events_total", .counter, help: "How often the address came to this host and went.",
        samples: look.map(events) ?? []),
      MetricFamily(
        "nodeagent_address_claimants", help: "Hardware addresses that answer for the address, this host's included.",
        samples: look.map { look in look.claimants.map { [sample(Double($0.count), look)] } ?? [] } ?? []),
      MetricFamily(
        "nodeagent_address_claimant_info", help: "A hardware address that answers for the address.",
        samples: look.map { look in
          (look.claimants ?? []).map { MetricSample(1, ["address": "\(look.address)", "mac": "\($0)"]) }
        } ?? []),
    ]
  }

  private static func sample(_ value: Double, _ look: VIPLook) -> MetricSample {
    MetricSample(value, ["address": "\(look.address)"])
  }

  private static func held(_ look: VIPLook) -> [MetricSample] {
    guard case .success = look.table else { return [] }
    return [MetricSample(look.holdings.isEmpty ? 0 : 1, ["address": "\(look.address)", "kind": "vip"])]
  }

  private static func interfaces(_ look: VIPLook) -> [MetricSample] {
    (look.holdings + look.silentHoldings).map {
      MetricSample(1, ["address": "\(look.address)", "interface": $0.interface])
    }
  }

  private static func events(_ look: VIPLook) -> [MetricSample] {
    AddressEvent.Kind.allCases.map { kind in
      let count = look.events[AddressEvent(address: look.address, kind: kind)] ?? 0
      return MetricSample(Double(count), ["address": "\(look.address)", "event": kind.rawValue])
    }
  }
}
