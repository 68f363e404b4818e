import AgentHost
import AgentText

/// Volumes of btrfs on several disks, as the kernel shows those that are mounted.
///
/// /sys/fs/btrfs/UUID/devinfo/NUMBER/missing is 1 for a disk that the volume works without (since Linux 5.6). The mount
/// option `degraded` only allows that, and stays when all disks are there.
enum BtrfsVolumes {
  static let remedy = "btrfs filesystem show; btrfs replace start NUMBER /dev/NEW DIRECTORY"
  private static let directory = "/sys/fs/btrfs"

  static func arrays(_ files: HostFiles) -> [RAIDArray] {
    let names = ((try? files.entries(directory)) ?? nil) ?? []
    return names.compactMap { name in
      let path = "\(directory)/\(name)"
      let numbers = ((try? files.entries("\(path)/devinfo")) ?? nil) ?? []
      // While a disk is replaced the new one has the number 0.
      let states = numbers.filter { $0 != "0" }.compactMap { line("\(path)/devinfo/\($0)/missing", files) }
      guard states.count > 1 else { return nil }
      let missing = states.count { $0 != "0" }
      let state: RAIDArray.State =
        missing == 0
        ? .whole : .degraded(working: states.count - missing, of: states.count, repair: repair(path, files))
      return RAIDArray(
        name: "btrfs \(PlainText.short(name))", state: state, source: "\(path)/devinfo",
        text: "missing: \(missing) of \(states.count)")
    }
  }

  /// What is being done (`exclusive_operation`, since Linux 5.10).
  private static func repair(_ path: String, _ files: HostFiles) -> String? {
    let operation = line("\(path)/exclusive_operation", files) ?? ""
    return ["device replace", "device remove", "balance"].contains { operation.hasPrefix($0) } ? operation : nil
  }

  private static func line(_ path: String, _ files: HostFiles) -> String? {
    (try? files.text(path, limit: .kernel)).map { String($0.prefix { $0 != "\n" }) }
  }
}
