/// Every plugin of the agent, in the order of reports. A new plugin is one line here.
package enum PluginRegistry {
  /// The registrations.
  package static let all: [Registration] = [
    Registration(SwapPlugin.descriptor, settings: SwapSettings.self) { SwapPlugin(host: $0, settings: $1) },
    Registration(SELinuxPlugin.descriptor, settings: SELinuxSettings.self) { SELinuxPlugin(host: $0, settings: $1) },
    Registration(SysctlPlugin.descriptor, settings: SysctlSettings.self) { SysctlPlugin(host: $0, settings: $1) },
    Registration(ModulesPlugin.descriptor) { ModulesPlugin(host: $0) },
    Registration(CgroupsPlugin.descriptor) { CgroupsPlugin(host: $0) },
    Registration(FirewallPlugin.descriptor) { FirewallPlugin(host: $0) },
    Registration(MachinePlugin.descriptor) { MachinePlugin(host: $0) },
    Registration(TimePlugin.descriptor) { TimePlugin(host: $0) },
    Registration(PortsPlugin.descriptor) { PortsPlugin(host: $0) },
    Registration(NetworkPlugin.descriptor) { NetworkPlugin(host: $0) },
    Registration(UnitsPlugin.descriptor, settings: UnitsSettings.self) { UnitsPlugin(host: $0, settings: $1) },
    Registration(KubeletPlugin.descriptor) { KubeletPlugin(host: $0) },
    Registration(CRIOPlugin.descriptor) { CRIOPlugin(host: $0) },
    Registration(ContainerdPlugin.descriptor) { ContainerdPlugin(host: $0) },
    Registration(HealthPage.kubeProxy.descriptor) { HealthPagePlugin(.kubeProxy, host: $0) },
    Registration(HealthPage.calico.descriptor) { HealthPagePlugin(.calico, host: $0) },
    Registration(CNIPlugin.descriptor) { CNIPlugin(host: $0) },
    Registration(VIPPlugin.descriptor, settings: VIPSettings.self) { VIPPlugin(host: $0, settings: $1) },
    Registration(LinksPlugin.descriptor) { LinksPlugin(host: $0) },
    Registration(ServiceAddressPlugin.descriptor) { ServiceAddressPlugin(host: $0) },
    Registration(NFSPlugin.descriptor, settings: NFSSettings.self) { NFSPlugin(host: $0, settings: $1) },
    Registration(DiskPlugin.descriptor, settings: DiskSettings.self) { DiskPlugin(host: $0, settings: $1) },
    Registration(RAIDPlugin.descriptor) { RAIDPlugin(host: $0) },
    Registration(NFSServerPlugin.descriptor) { NFSServerPlugin(host: $0) },
    Registration(SelfPlugin.descriptor, settings: SelfSettings.self) { SelfPlugin(host: $0, settings: $1) },
  ]
}
