package import AgentCore
import AgentHost
package import AgentKnowledge
import AgentText

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
    guard host.roles.contains(.storage) else { return .ended }
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

/// What a host exports, and what serves it.
struct ServedExports: Sendable, Equatable {
  /// What exportfs has told the kernel.
  static let etab = "/var/lib/nfs/etab"
  private static let fstab = "/etc/fstab"

  /// How an exported directory is.
  enum Place: Sendable, Equatable {
    case present
    case missing
    /// It belongs on a file system of fstab that is not mounted.
    case unmounted(point: String)
    /// It lies on a file system of another host, or cannot be looked at; in words.
    case unseen(String)
  }

  struct Export: Sendable, Equatable {
    var export: ExportsFile.Export
    var place: Place
    /// Where its links lead, which is what exportfs tells the kernel; nil where they cannot be followed.
    var target: String?
  }

  /// What /etc/exports says.
  var exports: [Export]
  /// The directories in ``etab``; nil where there is no such file.
  var told: Set<String>?
  /// The states of the kernel's threads.
  var threads: [Character]

  /// Reads; for the worker thread. Below /proc/fs/nfsd nothing is read: a server that does not come to an end holds the
  /// lock that reading there waits for.
  init(reading files: HostFiles) throws(FileError) {
    let table = try MountTable(reading: files)
    let paths = LocalPaths(table, files: files)
    let points = Self.points(try files.bytesIfPresent(Self.fstab) ?? [])
    let told = try files.bytesIfPresent(Self.etab).map { bytes in
      Set(
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
          line.split(whereSeparator: { $0 == "\t" || $0 == " " }).first
            .map { ExportsFile.canonical(OctalEscapes.text($0)) }
        })
    }
    self.told = told
    exports = try ExportsFile(reading: files).exports.map { export in
      let wanted = points + [export.mountPoint].compactMap(\.self)
      return Export(
        export: export, place: Self.place(export.path, wanted, table, paths, files, told: told ?? []),
        target: try? paths.resolve(export.path))
    }
    threads = try ProcessTable(reading: files).processes.filter { $0.name == "nfsd" }.compactMap { process in
      (try? files.bytes("/proc/\(process.id)/stat", limit: .kernel)).flatMap { TaskStatus($0) }?.state
    }
  }

  private static func place(
    _ path: String, _ points: [String], _ table: MountTable, _ paths: LocalPaths, _ files: HostFiles,
    told: Set<String>
  ) -> Place {
    let resolved: String
    do throws(LocalPaths.Refusal) { resolved = try paths.resolve(path) } catch {
      if let place = unmounted(path, points, table) { return place }
      // What is mounted is there, and what lies below was there when exportfs told the kernel; neither is touched.
      let mount = table.mount(containing: MountPath(path))
      guard let mount, !mount.isLocal, mount.point == MountPath(path) || told.contains(path) else {
        return .unseen(error.description)
      }
      return .present
    }
    if let place = unmounted(resolved, points, table) { return place }
    // A recorded host has no empty directories, and nothing of the disks that were mounted on it.
    let mount = table.mount(containing: MountPath(resolved))
    if mount?.point == MountPath(resolved) { return .present }
    do throws(FileError) {
      guard try files.kind(resolved) == nil else { return .present }
      let isElsewhere = files.root.mode == .recorded && mount.map { $0.point != MountPath("/") } == true
      return isElsewhere ? .present : .missing
    } catch {
      return .unseen("\(error)")
    }
  }

  /// Whether the deepest file system of fstab that the directory belongs on is not mounted.
  private static func unmounted(_ path: String, _ points: [String], _ table: MountTable) -> Place? {
    let home = points.filter { MountPath(path).isWithin(MountPath($0)) }.max { $0.utf8.count < $1.utf8.count }
    guard let home, home != "/", !table.mounts.contains(where: { $0.point == MountPath(home) }) else { return nil }
    return .unmounted(point: home)
  }

  private static func points(_ fstab: [UInt8]) -> [String] {
    String(decoding: fstab, as: UTF8.self).split(separator: "\n").compactMap { line in
      let words = line.split { $0 == " " || $0 == "\t" }
      guard words.count >= 4, words[0].first != "#", words[1].first == "/" else { return nil }
      return words[3].split(separator: ",").contains("noauto")
        ? nil : ExportsFile.canonical(OctalEscapes.text(words[1]))
    }
  }
}

/// Whether everything that is exported is there and served.
struct ServedExportsJudge {
  let served: ServedExports

  private struct Finding {
    var state: CheckState
    var words: String
    var evidence: Evidence
    var remedy: String?
  }

  var verdict: Verdict {
    let check = NFSServerPlugin.check.id
    guard !served.exports.isEmpty else {
      return Verdict(
        check, .warning, "nothing is exported: /etc/exports and /etc/exports.d name no directory",
        remedy: "add the directory to /etc/exports; exportfs -ra; exportfs -v")
    }
    let findings = served.exports.flatMap(judge) + threads
    guard let worst = findings.min(by: { $0.state.urgency < $1.state.urgency }) else {
      let count = served.exports.count
      return Verdict(
        check, .ok, "\(count) \(count == 1 ? "directory is" : "directories are") exported",
        evidence: served.exports.map { Evidence($0.export.source, PlainText.short($0.export.path)) })
    }
    let others = findings.count - 1
    return Verdict(
      check, worst.state, worst.words + (others > 0 ? ", and \(others) more" : ""), evidence: findings.map(\.evidence),
      remedy: worst.remedy)
  }

  private func judge(_ export: ServedExports.Export) -> [Finding] {
    let path = PlainText.short(export.export.path)
    let source = export.export.source
    switch export.place {
    case .missing:
      return [
        Finding(
          state: .failing, words: "\(path) is exported and does not exist", evidence: Evidence(source, path),
          remedy: "mount -a; ls -ld \(path)")
      ]
    case .unmounted(let point):
      return [
        Finding(
          state: .failing, words: "\(path) is exported without its disk: \(PlainText.short(point)) is not mounted",
          evidence: Evidence(export.export.mountPoint == point ? source : "/etc/fstab", PlainText.short(point)),
          remedy: export.export.mountPoint == point
            ? "zfs mount -a; mount -a; findmnt \(PlainText.short(point)); exportfs -ra"
            : "mount \(PlainText.short(point)); exportfs -ra")
      ]
    case .unseen(let words):
      return [Finding(state: .unknown, words: "\(path): \(words)", evidence: Evidence(source, path))]
    case .present: break
    }
    let stray =
      export.export.hasStrayOptions
      ? [
        Finding(
          state: .warning, words: "\(path) is exported to everybody: a blank stands before options in \(source)",
          evidence: Evidence(source, PlainText.short(export.export.clients)),
          remedy: "exportfs -v; remove the blank between the client and its options; exportfs -ra")
      ] : []
    guard let told = served.told, !told.contains(export.export.path), !told.contains(export.target ?? "") else {
      return stray
    }
    return stray + [
      Finding(
        state: .failing, words: "\(path) stands in \(source) and is not exported",
        evidence: Evidence(ServedExports.etab, "without \(path)"), remedy: "exportfs -ra; exportfs -v")
    ]
  }

  private var threads: [Finding] {
    guard let told = served.told, !told.isEmpty else { return [] }
    guard !served.threads.isEmpty else {
      return [
        Finding(
          state: .failing, words: "no nfsd thread runs: nobody is served", evidence: Evidence("/proc", "no nfsd"),
          remedy: "systemctl restart nfs-server.service")
      ]
    }
    guard served.threads.allSatisfy({ $0 == "D" || $0 == "R" }) else { return [] }
    // rpc.nfsd changes their number while they run, and nfs.conf keeps it.
    let more = max(16, served.threads.count * 2)
    return [
      Finding(
        state: .warning, words: "all \(served.threads.count) nfsd threads are busy: new requests wait",
        evidence: Evidence("/proc", "nfsd: " + String(served.threads)),
        remedy: "iostat -x 1 5; rpc.nfsd \(more); nfsconf --set nfsd threads \(more)")
    ]
  }
}
