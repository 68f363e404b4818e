import AgentHost
import AgentText

/// Volumes of btrfs on several disks, as the kernel shows those that are mounted.
///
/// /sys/fs/btrfs/UUID/devinfo/NUMBER/missing is 1 for a disk that the volume works without (since Linux 5.6). The mount
/// option `degraded` only allows that, and stays when all disks are there.
enum BtrfsVolumes {
  static let remedy = "btrfs filesystem show; btrfs replace start NUMBER /dev/NEW DIRECTORY"
  private static let directory = "/sys/fs/btrfs"

  /// Those that are mounted; for the worker thread.
  static func arrays(_ files: HostFiles) throws(FileError) -> [RAIDArray] {
    var arrays: [RAIDArray] = []
    for name in try files.entries(directory) ?? [] {
      let path = "\(directory)/\(name)"
      var states: [String] = []
      // While a disk is replaced the new one has the number 0.
      for number in try files.entries("\(path)/devinfo") ?? [] where number != "0" {
        if let state = try line("\(path)/devinfo/\(number)/missing", files) { states.append(state) }
      }
      guard states.count > 1 else { continue }
      let missing = states.count { $0 != "0" }
      let state: RAIDArray.State =
        missing == 0
        ? .whole : .degraded(working: states.count - missing, of: states.count, repair: try repair(path, files))
      arrays.append(
        RAIDArray(
          name: "btrfs \(PlainText.short(name))", state: state, source: "\(path)/devinfo",
          text: "missing: \(missing) of \(states.count)"))
    }
    return arrays
  }

  /// What is being done (`exclusive_operation`, since Linux 5.10).
  private static func repair(_ path: String, _ files: HostFiles) throws(FileError) -> String? {
    let operation = try line("\(path)/exclusive_operation", files) ?? ""
    return ["device replace", "device remove", "balance"].contains { operation.hasPrefix($0) } ? operation : nil
  }

  private static func line(_ path: String, _ files: HostFiles) throws(FileError) -> String? {
    try files.textIfPresent(path, limit: .kernel).map { String($0.prefix { $0 != "\n" }) }
  }
}
