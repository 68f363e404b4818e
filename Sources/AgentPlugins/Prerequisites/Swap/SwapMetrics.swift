import AgentHost
import AgentCore

/// The numbers of the swap plugin.
enum SwapMetrics {
  static func families(_ observation: SwapObservation) -> [MetricFamily] {
    guard let devices = observation.swaps.value else { return [] }
    return [
      MetricFamily(
        "nodeagent_swap_size_bytes", help: "Size of a swap area.", samples: devices.map { sample($0, $0.size) }),
      MetricFamily(
        "nodeagent_swap_used_bytes", help: "Bytes of a swap area in use.", samples: devices.map { sample($0, $0.used) }),
    ]
  }

  private static func sample(_ device: SwapDevice, _ bytes: UInt64) -> MetricSample {
    MetricSample(Double(bytes), ["device": device.path, "kind": device.kind.rawValue])
  }
}
