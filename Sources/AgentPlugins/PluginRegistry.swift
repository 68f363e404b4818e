/// Every plugin of the agent, in the order of reports. A new plugin is one line here.
public enum PluginRegistry {
  /// The registrations.
  public static let all: [Registration] = [
    Registration(SwapPlugin.descriptor, settings: SwapSettings.self) { SwapPlugin(host: $0, settings: $1) },
    Registration(SysctlPlugin.descriptor, settings: SysctlSettings.self) { SysctlPlugin(host: $0, settings: $1) },
    Registration(CgroupsPlugin.descriptor) { CgroupsPlugin(host: $0) },
    Registration(MachinePlugin.descriptor) { MachinePlugin(host: $0) },
    Registration(SelfPlugin.descriptor, settings: SelfSettings.self) { SelfPlugin(host: $0, settings: $1) },
  ]
}
