import AgentHost
import AgentKnowledge
import AgentText

/// What files say of NFS on this host.
struct NFSReading: Sendable {
  var mounts: NFSMounts?
  var problem: FileError?
  var counters = NFSCounters.known([:])
  /// The addresses of configured servers that are named, from /etc/hosts: a name server may be down, and waiting for it
  /// tells nothing of storage.
  var addresses: [String: IPAddress] = [:]

  /// Reads; for the worker thread.
  ///
  /// - Parameter former: what was mounted when it was read before.
  init(_ files: HostFiles, after former: NFSMounts?, configured: [NFSSource]) {
    do throws(FileError) {
      let mounts = try NFSMounts.read(files, after: former)
      self.mounts = mounts
      counters = NFSCounters(of: mounts, reading: files)
    } catch {
      problem = error
    }
    let names = configured.filter { $0.server.address == nil }.map { "\($0.server)" }
    guard !names.isEmpty, let hosts = try? files.bytes(HostsFile.path) else { return }
    for name in names { addresses[name] = HostsFile.entries(of: name, in: hosts).first?.address }
  }

  /// Why there are no counters; nil when there are.
  var countersProblem: FileError? {
    if case .unreadable(let error) = counters { error } else { nil }
  }
}
