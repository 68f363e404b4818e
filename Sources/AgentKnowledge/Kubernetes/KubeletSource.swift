import AgentCore
package import AgentHost

/// What the host's files say of its kubelet: one source for all plugins.
///
/// Files are read anew each time; dpkg's record only when it changed, and `kubelet --version` runs at most once per
/// program, by the program's inode and time.
package final class KubeletSource: Sendable {
  private struct Packaged: Sendable {
    var stamp: HostFiles.Stamp?
    var version: Fact<KubernetesVersion>
  }

  private struct Reading: Sendable {
    var facts: KubeletFacts
    var program: HostFiles.Stamp?
  }

  private static let packagedProgram = "/usr/bin/kubelet"

  private let files: HostFiles
  private let worker: Worker
  private let probe: KubeletVersionProbe?
  private let packaged = Guarded<Packaged?>(nil)

  /// Reads below the root of `files`.
  ///
  /// - Parameter loop: runs `kubelet --version` on a live host; without it the version comes from dpkg's record only.
  package init(files: HostFiles, worker: Worker, loop: EventLoop? = nil) {
    self.files = files
    self.worker = worker
    let mayRun = files.root.mode == .live
    probe = mayRun ? loop.map { KubeletVersionProbe(loop: $0, files: files) } : nil
  }

  /// The facts as they are now.
  ///
  /// What cannot be read is a fact of its own; this throws only when the worker does.
  package func facts() async throws -> KubeletFacts {
    var reading = try await worker.run { self.read() }
    guard reading.facts.version.value == nil, let probe, let stamp = reading.program,
      let program = reading.facts.program.value
    else { return reading.facts }
    switch await probe.version(of: program, stamp: stamp) {
    case .success(let version):
      reading.facts.version = .known(version, source: "\(program) --version")
      reading.facts.versionProblem = nil
    case .failure(let failure): reading.facts.versionProblem = "\(program) --version: \(failure.message)"
    }
    return reading.facts
  }

  /// The files and directories whose change may change the facts.
  package static let watchedPaths = [
    "/etc/kubernetes", "/var/lib/kubelet/config.yaml", "/var/lib/kubelet/kubeadm-flags.env", "/etc/default/kubelet",
    "/etc/sysconfig/kubelet", "/etc/systemd/system/kubelet.service", "/etc/systemd/system/kubelet.service.d",
    "/usr/lib/systemd/system/kubelet.service", "/usr/lib/systemd/system/kubelet.service.d", "/usr/bin/kubelet",
  ]

  private func read() -> Reading {
    let reader = KubeletReader(files: files)
    var facts = reader.facts()
    guard let program = facts.program.value else { return Reading(facts: facts, program: nil) }
    if program == Self.packagedProgram { facts.version = packagedVersion(reader) }
    if facts.version.value == nil {
      facts.versionProblem = facts.version.error?.description ?? "no package of dpkg holds \(program)"
    }
    return Reading(facts: facts, program: try? files.stamp(program))
  }

  private func packagedVersion(_ reader: KubeletReader) -> Fact<KubernetesVersion> {
    let stamp = try? files.stamp(DebianPackages.statusPath)
    return packaged.withLock { cached in
      if let cached, cached.stamp == stamp, stamp != nil { return cached.version }
      let version = reader.packagedVersion()
      cached = Packaged(stamp: stamp, version: version)
      return version
    }
  }
}
