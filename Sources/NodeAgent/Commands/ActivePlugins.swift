import AgentCore
import AgentHost
import AgentPlugins

/// Makes the plugins that are wanted, with what the configuration says of their rounds and checks.
struct ActivePlugins {
  let configuration: Configuration
  let selection: CheckSelection

  func make(_ registry: [Registration], host: Host) -> [ActivePlugin] {
    registry.compactMap { registration in
      let descriptor = registration.descriptor
      let checks = descriptor.checks.filter { selection.includes($0.id, of: descriptor) }.map(timed)
      guard !checks.isEmpty else { return nil }
      return ActivePlugin(
        descriptor: descriptor, plugin: registration.make(host: host, checks: configuration.checks),
        interval: host.interval(of: descriptor), deadline: host.deadline(of: descriptor),
        checks: checks, switchedOff: configuration.switchedOff.filter { $0.key.plugin == descriptor.name })
    }
  }

  private func timed(_ check: CheckDefinition) -> CheckDefinition {
    var check = check
    let settings = configuration.checkSettings[check.id]
    check.timing.hold = settings?.hold ?? check.timing.hold
    check.timing.clear = settings?.clear ?? check.timing.clear
    return check
  }
}
