import AgentCore

extension Duration {
  /// The duration as the configuration writes it: `500ms`, `30s`, `5m`, `1h`.
  var inWords: String {
    let milliseconds = wholeNanoseconds / 1_000_000
    for (unit, size) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)] as [(String, Int64)]
    where milliseconds >= size && milliseconds % size == 0 {
      return "\(milliseconds / size)\(unit)"
    }
    return "\(milliseconds)ms"
  }
}
