import AgentCore
import AgentKnowledge
import AgentPlugins
import AgentText

/// Makes the plugins that are wanted, with what the configuration says of their rounds and checks.
struct ActivePlugins {
  let configuration: Configuration
  let selection: CheckSelection
  /// A plugin whose looks never end; for tests.
  var hanging: String?

  /// - Parameter kept: plugins that are taken over where nothing changed that they were made of.
  func make(_ registry: [Registration], host: Host, keeping kept: [ActivePlugin] = []) -> [ActivePlugin] {
    let kept = Dictionary(kept.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    return registry.compactMap { registration in
      let descriptor = registration.descriptor
      let checks = descriptor.checks.filter { selection.includes($0.id, of: descriptor) }.map(timed)
      guard !checks.isEmpty else { return nil }
      let basis = basis(of: descriptor.name, roles: host.roles)
      let same = kept[descriptor.name].flatMap { $0.basis == basis ? $0.plugin : nil }
      return ActivePlugin(
        descriptor: descriptor, plugin: same ?? plugin(registration, host),
        interval: host.interval(of: descriptor), deadline: host.deadline(of: descriptor),
        checks: checks, switchedOff: configuration.switchedOff.filter { $0.key.plugin == descriptor.name },
        basis: basis)
    }
  }

  private func plugin(_ registration: Registration, _ host: Host) -> any Plugin {
    let plugin = registration.make(host: host, checks: configuration.checks)
    return registration.descriptor.name == hanging ? HangingPlugin(triggersOf: plugin) : plugin
  }

  private func timed(_ check: CheckDefinition) -> CheckDefinition {
    var check = check
    let settings = configuration.checkSettings[check.id]
    check.timing.hold = settings?.hold ?? check.timing.hold
    check.timing.clear = settings?.clear ?? check.timing.clear
    return check
  }

  /// The settings that a plugin can see: those of the host and its own, without what the engine does with its verdicts.
  private func basis(of plugin: String, roles: Set<Role>) -> [String] {
    roles.sorted().map(\.rawValue)
      + configuration.effective.filter { Self.isSeen($0.path, by: plugin) }.map { "\($0.path)=\($0.value)" }
  }

  private static func isSeen(_ path: String, by plugin: String) -> Bool {
    for group in ["checks.", "plugins."] where path.hasPrefix(group) {
      return path.hasPrefix("\(group)\(plugin).") && !CheckSettings.keys.contains { path.hasSuffix(".\($0)") }
    }
    return path.hasPrefix("cluster.")
  }
}
