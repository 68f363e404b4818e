package import AgentCore
import AgentHost
package import AgentKnowledge

/// The server side of NFS, on hosts that export file systems.
package struct NFSServerPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "nfs-server", area: .storage, summary: "What this host exports by NFS.", checks: [check],
    rhythm: .every(.seconds(60)), deadline: .seconds(2))

  static let check = CheckDefinition(
    "nfs-server.exports", title: "What this host exports is there, and is served",
    why: """
      Every node with a volume from here depends on it. A disk that is not mounted below an exported directory shows \
      clients an empty one: pods start with lost data.
      """,
    source: """
      /etc/exports and /etc/exports.d, /var/lib/nfs/etab, /proc/1/mountinfo, /etc/fstab; the states of the kernel's \
      nfsd threads
      """,
    confirm: "exportfs -v; findmnt; ps -eo pid,stat,wchan:32,comm | grep nfsd",
    remedy: "mount -a; exportfs -ra; systemctl restart nfs-server.service", undo: "exportfs -ra",
    worst: .failing, lost: [.storage], atRisk: [.storage],
    dependsOn: [Dependency("units.state", subject: .named("nfs-server.service"))])

  private let host: Host

  /// Watches a host.
  package init(host: Host) { self.host = host }

  /// Changes of what is exported and of what is mounted.
  package func triggers() -> AsyncStream<Trigger> {
    guard host.roles.contains(.storage) else { return AsyncStream { $0.finish() } }
    return host.mountChanges(and: ["/etc/exports", "/etc/exports.d", ServedExports.etab])
  }

  /// Reads what is exported and who serves it.
  package func observe(at time: HostTime) async throws -> NFSServerObservation {
    guard host.roles.contains(.storage) else { return NFSServerObservation(takenAt: time, served: nil) }
    return try await host.read { files in
      do throws(FileError) {
        return NFSServerObservation(takenAt: time, served: .success(try ServedExports(reading: files)))
      } catch {
        return NFSServerObservation(takenAt: time, served: .failure(error))
      }
    }
  }

  /// One verdict: the worst of what was found.
  package func judge(_ observation: NFSServerObservation) -> [Verdict] {
    switch observation.served {
    case nil: [Verdict(Self.check.id, .skipped, "this host exports nothing")]
    case .failure(let error): [Verdict(Self.check.id, .unknown, "\(error)")]
    case .success(let served): [ServedExportsJudge(served: served).verdict]
    }
  }

  /// The contract has no numbers of the server.
  package func metrics(_: NFSServerObservation) -> [MetricFamily] { [] }
}

/// What is known of the server side.
package struct NFSServerObservation: Sendable, Equatable {
  /// When it was looked at.
  package var takenAt: HostTime
  /// What is exported; nil on a host that exports nothing.
  var served: Result<ServedExports, FileError>?
}
