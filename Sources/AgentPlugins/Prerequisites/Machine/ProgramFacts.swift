import AgentHost
import AgentKnowledge

/// Which of the programs that Kubernetes calls are installed.
struct ProgramFacts: Sendable, Equatable {
  /// Whether this host mounts NFS itself.
  enum NFS: Sendable, Equatable {
    /// It does, or is to: the mount point or the key of the configuration.
    case used(String)
    /// Only a CSI driver mounts it, with a mount.nfs in a container of its own.
    case byDriverOnly(String)
    case unused
    case hidden(FileError)
  }

  /// Who the programs are installed with.
  enum Packager: Sendable, Equatable {
    case apt
    case dnf
    case other
  }

  /// Programs that are looked for in the kubelet's PATH.
  static let searched = ["conntrack", "iptables", "nft"]
  /// mount(8) looks for its helpers here, whatever PATH says.
  static let mountHelper = "/sbin/mount.nfs"
  /// Where the programs usually are, to watch.
  static let usualPlaces = (searched + ["mount.nfs"]).map { "/usr/sbin/\($0)" }
  /// systemd's own PATH for services, with the directories of systems where /bin is no link to /usr/bin
  /// (systemd.exec(5)).
  static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  /// The directories that the kubelet searches.
  var path: [String]
  /// The path of each program; absent where it is nowhere in them.
  var programs: [String: Fact<String>]
  var mountNFS: Fact<String>
  var nfs: NFS
  var packager: Packager
  /// The minor version of Kubernetes.
  var minor: Int?

  /// Looks for them; for the worker thread.
  init(reading files: HostFiles, kubelet: KubeletFacts, nfs sources: [NFSSource]) {
    let unit = UnitEnvironment(of: "kubelet.service", names: ["PATH"], reading: files)
    let path = (unit?.variables["PATH"]?.value ?? Self.defaultPath).split(separator: ":").map(String.init)
    self.path = path
    programs = Dictionary(uniqueKeysWithValues: Self.searched.map { ($0, Self.find($0, in: path, files)) })
    mountNFS = Self.find("mount.nfs", in: ["/sbin", "/usr/sbin"], files)
    nfs = Self.use(sources, files)
    packager = Self.packager(files)
    minor = kubelet.version.value?.minor
  }

  private static func find(_ name: String, in directories: [String], _ files: HostFiles) -> Fact<String> {
    do throws(FileError) {
      for directory in directories where directory.hasPrefix("/") {
        let path = "\(directory)/\(name)"
        if try files.kind(path) == .regular { return .known(path, source: path) }
      }
      return try exists(directories, files)
        ? .absent : .unreadable(FileError(directories.joined(separator: ":"), .notFound))
    } catch {
      return .unreadable(error)
    }
  }

  /// Whether the directories for such programs are there: a recorded host may lack them, and then tells nothing.
  private static func exists(_ directories: [String], _ files: HostFiles) throws(FileError) -> Bool {
    let usual = directories.filter { $0.hasSuffix("/sbin") }
    for directory in usual.isEmpty ? directories : usual where try files.kind(directory) == .directory { return true }
    return false
  }

  private static func use(_ sources: [NFSSource], _ files: HostFiles) -> NFS {
    do throws(FileError) {
      let mounts = try mountPoints(files)
      if let own = mounts.first(where: { !$0.contains("/kubernetes.io~csi/") }) { return .used("mounted at \(own)") }
      if let driver = mounts.first { return .byDriverOnly(driver) }
    } catch {
      if sources.isEmpty { return .hidden(error) }
    }
    return sources.first.map { .used("cluster.storage.nfs names \($0)") } ?? .unused
  }

  /// Where NFS is mounted: fields 5 and, after a hyphen, the type, of /proc/self/mountinfo (proc_pid_mountinfo(5)).
  static func mountPoints(_ files: HostFiles) throws(FileError) -> [String] {
    let table = String(decoding: try files.bytes("/proc/self/mountinfo", limit: .kernel), as: UTF8.self)
    return table.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard let hyphen = fields.firstIndex(of: "-"), hyphen > 4, hyphen + 1 < fields.count,
        ["nfs", "nfs4"].contains(fields[hyphen + 1])
      else { return nil }
      return String(fields[4])
    }
  }

  /// `ID` and `ID_LIKE` of os-release(5).
  private static func packager(_ files: HostFiles) -> Packager {
    for path in ["/etc/os-release", "/usr/lib/os-release"] {
      guard let content = try? files.bytes(path) else { continue }
      let assignments = EnvironmentFile.parse(String(decoding: content, as: UTF8.self))
      let words = assignments.filter { ["ID", "ID_LIKE"].contains($0.name) }.flatMap { $0.value.split(separator: " ") }
      if words.contains("debian") || words.contains("ubuntu") { return .apt }
      if words.contains("rhel") || words.contains("fedora") { return .dnf }
      return .other
    }
    return .other
  }
}
