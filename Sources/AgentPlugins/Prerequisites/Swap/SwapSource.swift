import AgentCore
import AgentHost

/// Reads what the swap plugin judges; synchronous, for the worker thread.
enum SwapSource {
  static let swapsPath = "/proc/swaps"
  static let releasePath = "/proc/sys/kernel/osrelease"
  static let cgroupPath = "/sys/fs/cgroup"

  static func read(_ files: HostFiles, kubelet: KubeletFacts, roles: Set<Role>, at time: HostTime) -> SwapObservation {
    SwapObservation(
      takenAt: time, irrelevance: irrelevance(kubelet, roles), swaps: swaps(files),
      kernelRelease: Fact(from: releasePath) { () throws(FileError) in
        try files.textIfPresent(releasePath, limit: .kernel).map { String($0.prefix { !$0.isNewline }) }
      },
      cgroup: cgroup(files), kubelet: kubelet, boot: SwapBootReader.read(files))
  }

  private static func irrelevance(_ kubelet: KubeletFacts, _ roles: Set<Role>) -> String? {
    guard roles.isDisjoint(with: [.controlPlane, .worker, .candidate]), !kubelet.isPresent else { return nil }
    let names = roles.sorted().map(\.rawValue).joined(separator: ", ")
    return "no kubelet runs or is to run on this host (roles: \(names))"
  }

  private static func swaps(_ files: HostFiles) -> Fact<[SwapDevice]> {
    Fact(from: swapsPath) { () throws(FileError) in
      guard let text = try files.textIfPresent(swapsPath, limit: .kernel) else { return nil }
      do throws(ProcSwapsParser.Mistake) {
        return try ProcSwapsParser.parse(text)
      } catch {
        throw FileError(swapsPath, .wrongKind("no table of swap areas (line \(error.line))"))
      }
    }
  }

  /// The kubelet's own test is the kind of file system at /sys/fs/cgroup; cgroup.controllers stands there in v2 only.
  private static func cgroup(_ files: HostFiles) -> Fact<SwapSituation.CgroupVersion> {
    Fact(from: cgroupPath) { () throws(FileError) in
      if try files.kind("\(cgroupPath)/cgroup.controllers") != nil { return .v2 }
      for name in ["memory", "unified"] where try files.kind("\(cgroupPath)/\(name)") != nil { return .v1 }
      return nil
    }
  }
}
