import AgentHost
import AgentKnowledge

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
    exports = try ExportsFile(reading: files).exports.map {
      Export(export: $0, place: Self.place($0.path, points, table, paths, files))
    }
    told = try files.bytesIfPresent(Self.etab).map { bytes in
      Set(
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
          line.split(whereSeparator: { $0 == "\t" || $0 == " " }).first.map(String.init)
        })
    }
    threads = try ProcessTable(reading: files).processes.filter { $0.name == "nfsd" }.compactMap { process in
      (try? files.bytes("/proc/\(process.id)/stat", limit: .kernel)).flatMap { TaskStatus($0) }?.state
    }
  }

  private static func place(
    _ path: String, _ points: [String], _ table: MountTable, _ paths: LocalPaths, _ files: HostFiles
  ) -> Place {
    let resolved: String
    do throws(LocalPaths.Refusal) { resolved = try paths.resolve(path) } catch { return .unseen(error.description) }
    // The deepest file system of fstab that the directory belongs on.
    let home = points.filter { MountPath(resolved).isWithin(MountPath($0)) }.max { $0.utf8.count < $1.utf8.count }
    if let home, home != "/", !table.mounts.contains(where: { $0.point == MountPath(home) }) {
      return .unmounted(point: home)
    }
    // A recorded host has no empty directories; where something is mounted there is one.
    if table.mounts.contains(where: { $0.point == MountPath(resolved) }) { return .present }
    do throws(FileError) { return try files.kind(resolved) == nil ? .missing : .present } catch {
      return .unseen("\(error)")
    }
  }

  private static func points(_ fstab: [UInt8]) -> [String] {
    String(decoding: fstab, as: UTF8.self).split(separator: "\n").compactMap { line in
      let words = line.split { $0 == " " || $0 == "\t" }
      guard words.count >= 4, words[0].first != "#", words[1].first == "/" else { return nil }
      return words[3].split(separator: ",").contains("noauto") ? nil : String(words[1])
    }
  }
}
