import AgentText

/// The effective configuration, a line for every value.
enum EffectiveTable {
  static func render(_ settings: [EffectiveSetting]) -> String {
    let width = (settings.map(\.path.count).max() ?? 0) + 2
    let values = (settings.map(\.value.count).max() ?? 0) + 2
    return settings.map { setting in
      pad(setting.path, min(width, 48)) + pad(setting.value, min(values, 40)) + "# " + words(setting.origin) + "\n"
    }.joined()
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  private static func words(_ origin: EffectiveSetting.Origin) -> String {
    switch origin {
    case .default: "default"
    case .detected(let file): "detected in \(file)"
    case .configured(let file, let line): "configured at \(file):\(line)"
    }
  }
}
