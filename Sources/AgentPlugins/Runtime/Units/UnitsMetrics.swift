import AgentCore
import AgentHost

/// The numbers of the watched units; units that do not exist and that nobody needs have none.
enum UnitsMetrics {
  /// States as the contract numbers them.
  private static let states = [
    "inactive": 0.0, "active": 1, "activating": 2, "deactivating": 3, "failed": 4, "reloading": 5, "refreshing": 5,
    "maintenance": 7,
  ]
  private static let enabledStates: Set<String> = [
    "enabled", "enabled-runtime", "static", "indirect", "generated", "alias", "transient",
  ]

  static func families(_ observation: UnitsObservation) -> [MetricFamily] {
    let shown: [(String, UnitStatus)] = observation.units.compactMap { unit in
      guard case .success(let status) = unit.status, status.exists || unit.isNeeded else { return nil }
      return (unit.name.description, status)
    }
    let family = { (name: MetricName, kind: MetricFamily.Kind, help: String, value: (UnitStatus) -> Double?) in
      MetricFamily(
        name, kind, help: help,
        samples: shown.compactMap { unit, status in value(status).map { MetricSample($0, ["unit": unit]) } })
    }
    return [
      family(
        "nodeagent_unit_state", .gauge,
        "0 inactive, 1 active, 2 activating, 3 deactivating, 4 failed, 5 reloading, 6 not found, 7 maintenance."
      ) { $0.exists ? states[$0.active] : 6 },
      family("nodeagent_unit_enabled", .gauge, "Whether systemd starts the unit at boot or by another unit.") {
        $0.exists ? (enabledStates.contains($0.file) ? 1 : 0) : nil
      },
      family("nodeagent_unit_masked", .gauge, "Whether the unit is masked.") {
        $0.exists ? ($0.load == "masked" || $0.file.hasPrefix("masked") ? 1 : 0) : nil
      },
      family("nodeagent_unit_restarts_total", .counter, "Starts after the first that was seen.") {
        $0.service == nil ? nil : Double($0.restarts)
      },
      family("nodeagent_unit_start_timestamp_seconds", .gauge, "When the unit last became active.") {
        $0.activeSince?.seconds
      },
      family("nodeagent_unit_memory_bytes", .gauge, "Memory of the unit's control group.") {
        $0.service?.memoryBytes.map { Double($0) }
      },
    ]
  }
}
