import AgentHost

/// A program that brings the addresses of Services to a link.
struct ServiceAnnouncer: Sendable, Equatable {
  /// The process's name.
  var name: String
  /// Whether it binds the addresses to an interface, so that the address table shows them: kube-vip does. MetalLB's
  /// speaker, OpenELB's and Cilium answer ARP without holding anything.
  var isBinding: Bool { name == Self.kubeVIP }

  private static let kubeVIP = "kube-vip"
  private static let process1 = "/proc/1/comm"

  /// Finds it among the host's processes: one that answers unseen before one that binds.
  static func find(among processes: Result<ProcessTable, FileError>, _ files: HostFiles) -> Fact<ServiceAnnouncer> {
    do throws(FileError) {
      let table = try processes.get()
      let found = table.first(named: "speaker", "openelb-speaker", "cilium-agent") ?? table.first(named: kubeVIP)
      if let found { return .known(ServiceAnnouncer(name: found.name), source: "/proc/\(found.id)/comm") }
      // Where /proc hides the processes of others (hidepid, proc(5)), nothing that was not seen is absent.
      if !table.processes.contains(where: { $0.id == 1 }) { _ = try files.bytes(process1, limit: .kernel) }
      return .absent
    } catch {
      return .unreadable(error)
    }
  }
}
