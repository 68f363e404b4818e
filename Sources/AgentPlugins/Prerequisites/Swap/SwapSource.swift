import AgentCore
import AgentHost
import AgentKnowledge

/// Reads what the swap plugin judges; synchronous, for the worker thread.
enum SwapSource {
  static let swapsPath = "/proc/swaps"
  static let releasePath = "/proc/sys/kernel/osrelease"

  static func read(_ files: HostFiles, kubelet: KubeletFacts, roles: Set<Role>, at time: HostTime) -> SwapObservation {
    SwapObservation(
      takenAt: time, irrelevance: kubelet.irrelevance(roles: roles), swaps: swaps(files),
      kernelRelease: Fact(from: releasePath) { () throws(FileError) in
        try files.textIfPresent(releasePath, limit: .kernel).map { String($0.prefix { !$0.isNewline }) }
      },
      cgroup: CgroupVersion.read(files), kubelet: kubelet, boot: SwapBootReader.read(files))
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
}
