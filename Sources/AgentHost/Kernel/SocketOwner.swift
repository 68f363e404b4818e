/// The process that holds a socket, as far as the agent may see it.
package struct SocketOwner: Sendable, Hashable {
  /// The process's number.
  package var process: Int
  /// Its name: at most 15 bytes (proc_pid_comm(5)).
  package var name: String
  /// The unit of the system manager that it belongs to, such as `nginx.service`; nil where it is of none.
  package var unit: String?

  /// Makes an owner.
  package init(process: Int, name: String, unit: String? = nil) {
    self.process = process
    self.name = name
    self.unit = unit
  }
}

extension SocketOwner {
  private static let mostProcesses = 4096
  private static let mostLinks = 65_536

  /// The owners of sockets, by inode. Those that are not found are left out: descriptors of other users' processes are
  /// seen by root only (proc_pid_fd(5)).
  ///
  /// At most 4096 processes and 65 536 descriptors are looked at. A process in uninterruptible sleep is passed over: its
  /// descriptors may block whoever looks.
  package static func find(_ inodes: Set<UInt64>, _ files: HostFiles) -> [UInt64: SocketOwner] {
    guard !inodes.isEmpty else { return [:] }
    var left = mostLinks
    var owners: [UInt64: SocketOwner] = [:]
    let processes = ((try? files.entries("/proc")) ?? []).compactMap { Int($0) }.sorted()
    for process in processes.prefix(mostProcesses) where left > 0 && owners.count < inodes.count {
      guard mayBlock(process, files) == false else { continue }
      let directory = "/proc/\(process)/fd"
      let descriptors = ((try? files.entries(directory)) ?? []).prefix(left)
      left -= descriptors.count
      for descriptor in descriptors {
        guard let inode = inode(of: (try? files.linkTarget("\(directory)/\(descriptor)")) ?? nil),
          inodes.contains(inode), owners[inode] == nil
        else { continue }
        owners[inode] = SocketOwner(process: process, name: name(process, files), unit: unit(process, files))
      }
    }
    return owners
  }

  /// `socket:[12345]`.
  private static func inode(of target: String?) -> UInt64? {
    guard let target, target.hasPrefix("socket:["), target.hasSuffix("]") else { return nil }
    return UInt64(target.dropFirst(8).dropLast())
  }

  /// Whether it is in a wait that nothing interrupts; nil when the process is gone.
  private static func mayBlock(_ process: Int, _ files: HostFiles) -> Bool? {
    (try? files.bytes("/proc/\(process)/stat", limit: .kernel)).flatMap { TaskStatus($0) }.map { $0.state == "D" }
  }

  private static func name(_ process: Int, _ files: HostFiles) -> String {
    let bytes = (try? files.bytes("/proc/\(process)/comm", limit: .kernel)) ?? []
    return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }

  /// The service in the process's control group (cgroups(7)); user sessions and containers have none that systemctl(1)
  /// knows.
  private static func unit(_ process: Int, _ files: HostFiles) -> String? {
    let groups = ((try? files.textIfPresent("/proc/\(process)/cgroup", limit: .kernel)) ?? nil) ?? ""
    for line in groups.split(whereSeparator: \.isNewline) {
      guard let start = line.firstRange(of: ":/system.slice/")?.upperBound else { continue }
      let service = line[start...].split(separator: "/").first { $0.hasSuffix(".service") }
      if let service { return String(service) }
    }
    return nil
  }
}
