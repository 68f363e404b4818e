package import AgentCore
package import AgentHost

/// Whether the host is a container that shares the kernel of another machine: its modules, its swap and most kernel
/// parameters are that machine's.
package enum ContainerSign {
  /// systemd writes the kind of container there (https://systemd.io/CONTAINER_INTERFACE).
  private static let place = "/run/systemd/container"
  private static let swaps = "/proc/swaps"

  /// What tells it; nil on a machine of its own, and where nothing can be read.
  package static func find(_ files: HostFiles) -> Evidence? {
    let kind = ((try? files.textIfPresent(place)) ?? nil)?.prefix { !$0.isWhitespace } ?? ""
    if !kind.isEmpty { return Evidence(place, String(kind)) }
    // lxcfs (src/proc_fuse.c, proc_swaps_read(), 3.0 to 6.0) names the swap that the container may use so.
    let lent = ((try? files.textIfPresent(swaps, limit: .kernel)) ?? nil)?.split(whereSeparator: \.isNewline).first {
      $0.hasPrefix("none ") && $0.contains(" virtual")
    }
    return lent == nil ? nil : Evidence(swaps, "none virtual")
  }
}
