package import AgentCore
package import AgentHost
package import AgentText

/// What a recorded host carries besides its files: `recorded.yaml` at its root.
package struct Recording: SettingsSection, SettingsEncodable, Sendable {
  /// The file's name below the root.
  package static let file = "/recorded.yaml"

  /// When it was recorded; reports of a recorded host carry this time.
  package var time: HostTime
  /// Paths that the recording agent was not allowed to read; everything below them is denied.
  package var forbidden: [String]
  /// What adjtimex(2) gave; nil when it was not recorded.
  package var clock: KernelClock?
  /// What systemd said of its units; empty when it was not asked.
  package var units: [UnitName: RecordedUnit]
  /// The space of file systems by a path on them.
  package var spaces: [AbsolutePath: FileSystemSpace]
  /// Its interfaces, addresses and neighbours, and who answered for addresses.
  package var network: RecordedNetwork
  /// What Keepalived said of itself on the bus; empty when it was not there.
  package var vrrp: [RecordedVRRP]
  /// What servers answered.
  package var http: [RecordedHTTP]
  /// What NFS servers answered.
  package var nfs: [RecordedNFSAnswer]
  /// What looking at mounted file systems of NFS gave, by their numbers.
  package var mounts: [DeviceNumber: RecordedMountProbe]

  /// Reads `time` (seconds since 1970), `uptime` (seconds since boot), `forbidden`, `clock`, `units`, `spaces`, `vrrp`,
  /// `http`, `nfs`, `mounts` and the keys of ``RecordedNetwork``.
  package init(from reader: SettingsReader) {
    time = HostTime(
      wallNanoseconds: Int64(reader.value("time", default: 0, in: 0...9_000_000_000)) * 1_000_000_000,
      bootNanoseconds: Int64(reader.value("uptime", default: 0, in: 0...9_000_000_000)) * 1_000_000_000)
    forbidden = reader.list("forbidden")
    clock = reader.nested("clock")
    units = reader.sections(byName: "units")
    spaces = reader.sections(byName: "spaces")
    network = RecordedNetwork(from: reader)
    vrrp = reader.sections("vrrp")
    http = reader.sections("http")
    nfs = reader.sections("nfs")
    mounts = reader.sections(byName: "mounts")
  }

  package func write(to writer: inout SettingsWriter) {
    writer.value("time", Int(time.wallNanoseconds / 1_000_000_000), default: 0)
    writer.value("uptime", Int(time.bootNanoseconds / 1_000_000_000), default: 0)
    writer.list("forbidden", forbidden)
    writer.nested("clock", clock)
    writer.sections(byName: "units", units)
    writer.sections(byName: "spaces", spaces)
    network.write(to: &writer)
    if !vrrp.isEmpty { writer.sections("vrrp", vrrp) }
    if !http.isEmpty { writer.sections("http", http) }
    if !nfs.isEmpty { writer.sections("nfs", nfs) }
    writer.sections(byName: "mounts", mounts)
  }

  /// The recording of a root; one without the file was recorded at the epoch and forbids nothing. On a live root such a
  /// file is any other: it must neither end the agent nor hide files from it.
  ///
  /// - Throws: ``FileError`` or ``SettingsErrors``.
  package init(of root: HostRoot) throws {
    let bytes = root.mode == .recorded ? try HostFiles(root: root).bytesIfPresent(Self.file) ?? [] : []
    self = try Settings.load(text: bytes, file: root.path + Self.file).decode(Recording.self)
  }
}

/// The clock of a recorded host: it stands still at the recording's time, so no deadline ever passes.
package struct RecordedClock: AgentClock {
  private let moment: HostTime

  /// Shows `moment`.
  package init(showing moment: HostTime) { self.moment = moment }

  /// The recording's time.
  package func now() -> HostTime { moment }

  /// Waits for the cancellation.
  package func sleep(until deadline: HostTime, tolerance: Duration) async throws {
    let (never, continuation) = AsyncStream.makeStream(of: Never.self)
    for await _ in never {}
    continuation.finish()
    throw CancellationError()
  }
}
