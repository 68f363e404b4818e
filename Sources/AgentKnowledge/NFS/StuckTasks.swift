package import AgentCore
package import AgentHost
import AgentText

/// The tasks that wait for storage on the network, and the mounts and unmounts that do not come to an end.
///
/// Only `stat`, `wchan` and `cgroup` are read: `cmdline`, `environ`, `exe`, `maps` and `fd` of a task in such a wait may
/// never come back.
package struct StuckTasks: Sendable, Equatable, Codable {
  /// A task in state D inside NFS or RPC.
  package struct Waiting: Sendable, Hashable, Codable {
    /// The process.
    package var process: Int
    /// The thread.
    package var thread: Int
    /// Its name.
    package var name: String
    /// The kernel's function that it waits in.
    package var place: String
    /// The UID of the pod that it belongs to; nil for the host's own.
    package var pod: String?
  }

  /// A `mount.nfs` or `umount` at work.
  package struct Mounting: Sendable, Hashable, Codable {
    /// The process.
    package var process: Int
    /// Its name.
    package var name: String
    /// For how many seconds.
    package var seconds: Int
  }

  /// The tasks that wait for NFS or RPC, by number.
  package var waiting: [Waiting]
  /// Tasks in state D of which the kernel does not tell this process where they wait.
  package var hidden: Int
  /// Mounts and unmounts, by number.
  package var mounting: [Mounting]

  /// Makes a result.
  package init(waiting: [Waiting] = [], hidden: Int = 0, mounting: [Mounting] = []) {
    self.waiting = waiting
    self.hidden = hidden
    self.mounting = mounting
  }

  private static let mounters: Set<String> = [
    "mount.nfs", "mount.nfs4", "umount", "umount.nfs", "umount.nfs4",
  ]
  /// So many are told apart; the rest waits for the same.
  private static let most = 256

  /// Looks at all tasks; for the worker thread.
  package init(reading files: HostFiles, at time: HostTime) throws(FileError) {
    self.init()
    guard let processes = try files.entries("/proc") else { throw FileError("/proc", .notFound) }
    for process in processes.compactMap({ Int($0) }).sorted() {
      let directory = "/proc/\(process)"
      guard let status = Self.status(directory, files) else { continue }
      if Self.mounters.contains(status.name) {
        let age = status.age(atBootNanoseconds: time.bootNanoseconds)
        mounting.append(Mounting(process: process, name: status.name, seconds: Int(age.inSeconds)))
      }
      let threads = ((try? files.entries("\(directory)/task")) ?? nil) ?? []
      // A recorded process may have no threads of its own.
      if threads.isEmpty, status.state == "D" { add(process, process, status, directory, files) }
      for thread in threads.compactMap({ Int($0) }) {
        let place = "\(directory)/task/\(thread)"
        guard let status = Self.status(place, files), status.state == "D" else { continue }
        add(process, thread, status, place, files)
      }
    }
  }

  private static func status(_ directory: String, _ files: HostFiles) -> TaskStatus? {
    (try? files.bytes("\(directory)/stat", limit: .kernel)).flatMap { TaskStatus($0) }
  }

  private mutating func add(
    _ process: Int, _ thread: Int, _ status: TaskStatus, _ directory: String, _ files: HostFiles
  ) {
    let bytes = (try? files.bytes("\(directory)/wchan", limit: .kernel)) ?? []
    let place = String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    // A task that waits always waits somewhere: 0 means that this process may not know.
    guard place != "0", !place.isEmpty else { return hidden += 1 }
    guard place.contains("nfs") || place.contains("rpc"), waiting.count < Self.most else { return }
    let group = (try? files.bytes("\(directory)/cgroup", limit: .kernel)) ?? []
    waiting.append(
      Waiting(
        process: process, thread: thread, name: PlainText.short(status.name), place: PlainText.short(place),
        pod: Self.pod(String(decoding: group, as: UTF8.self))))
  }

  /// The UID in a control group's path: `…/kubepods-burstable-podUID.slice/…` with underscores, as systemd wants it, or
  /// `…/podUID/…`.
  static func pod(_ text: String) -> String? {
    for part in text.split(whereSeparator: { $0 == "/" || $0 == "\n" }) {
      let name = part.hasSuffix(".slice") ? part.dropLast(".slice".count) : part
      guard let start = name.range(of: "pod", before: 36) else { continue }
      let uid = name[start...].map { $0 == "_" ? "-" : String($0) }.joined()
      if uid.allSatisfy({ $0.isHexDigit || $0 == "-" }) { return uid }
    }
    return nil
  }
}

extension Substring {
  /// Where the last characters begin, when so many follow a word and end the text.
  fileprivate func range(of word: String, before count: Int) -> Index? {
    guard self.count >= word.count + count else { return nil }
    let start = index(endIndex, offsetBy: -count)
    return self[..<start].hasSuffix(word) ? start : nil
  }
}
