import AgentHost

/// Swap partitions that systemd-gpt-auto-generator turns on: partitions of the GPT type for swap, without the
/// attribute "no-auto" (bit 63), on the disk of the root file system (systemd-gpt-auto-generator(8); for swap, EFI is
/// not asked for). udev's records in /run/udev/data tell type, attributes and disk, readable for everyone.
enum GPTSwap {
  /// A partition.
  struct Partition: Equatable {
    var path: String
    var disk: String
    var number: Int
    /// The record that tells.
    var source: String
  }

  private static let swapType = "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f"
  private static let records = "/run/udev/data"
  private static let noAuto: UInt64 = 1 << 63

  static func find(_ files: HostFiles) throws(FileError) -> [Partition] {
    guard let names = try files.entries(records) else { return [] }
    guard let disk = try rootDisk(files) else { return [] }
    var partitions: [Partition] = []
    for name in names where name.hasPrefix("b") {
      let path = "\(records)/\(name)"
      let record = properties(try files.textIfPresent(path, limit: .kernel) ?? "")
      guard record["ID_PART_ENTRY_TYPE"]?.lowercased() == swapType, record["ID_PART_ENTRY_DISK"] == disk,
        flags(record["ID_PART_ENTRY_FLAGS"]) & noAuto == 0,
        let device = try deviceName(String(name.dropFirst()), files), let disk = try deviceName(disk, files),
        let number = record["ID_PART_ENTRY_NUMBER"].flatMap({ Int($0) })
      else { continue }
      partitions.append(Partition(path: "/dev/\(device)", disk: "/dev/\(disk)", number: number, source: path))
    }
    return partitions
  }

  /// `E:KEY=VALUE` lines of a record of udev's database.
  static func properties(_ record: String) -> [String: String] {
    var result: [String: String] = [:]
    for line in record.split(whereSeparator: \.isNewline) where line.hasPrefix("E:") {
      let parts = line.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
    }
    return result
  }

  /// The disk of the root file system as MAJOR:MINOR; nil when it has no single block device.
  private static func rootDisk(_ files: HostFiles) throws(FileError) -> String? {
    guard let root = try rootDevice(files) else { return nil }
    var device = root
    // dm-crypt and LVM over one partition: down to that (block_get_originating in systemd).
    for _ in 0..<8 {
      guard let below = try files.entries("/sys/dev/block/\(device)/slaves"), !below.isEmpty else { break }
      guard below.count == 1, let number = try number(of: below[0], files) else { return nil }
      device = number
    }
    let record = properties(try files.textIfPresent("\(records)/b\(device)", limit: .kernel) ?? "")
    return record["ID_PART_ENTRY_DISK"]
  }

  private static func rootDevice(_ files: HostFiles) throws(FileError) -> String? {
    guard let text = try mountInfo(files) else { return nil }
    for line in text.split(whereSeparator: \.isNewline) {
      let fields = line.split(separator: " ")
      guard fields.count > 6, fields[4] == "/" else { continue }
      // btrfs has no device number of its own; the source names one.
      if !fields[2].hasPrefix("0:") { return String(fields[2]) }
      let dash = fields.firstIndex(of: "-").map { $0 + 2 } ?? fields.endIndex
      guard dash < fields.endIndex, fields[dash].hasPrefix("/dev/") else { return nil }
      return try number(of: String(fields[dash].dropFirst(5)), files)
    }
    return nil
  }

  /// Init's mounts; another process's may not be read without CAP_SYS_PTRACE, and then the own ones are the same
  /// outside of a container.
  private static func mountInfo(_ files: HostFiles) throws(FileError) -> String? {
    if let text = try? files.textIfPresent("/proc/1/mountinfo", limit: .kernel) { return text }
    return try files.textIfPresent("/proc/self/mountinfo", limit: .kernel)
  }

  private static func number(of name: String, _ files: HostFiles) throws(FileError) -> String? {
    try files.textIfPresent("/sys/class/block/\(name)/dev", limit: .kernel).map { String($0.prefix { $0 != "\n" }) }
  }

  /// The kernel's name of a device: the last part of the link in /sys/dev/block.
  private static func deviceName(_ number: String, _ files: HostFiles) throws(FileError) -> String? {
    try files.linkTarget("/sys/dev/block/\(number)")?.split(separator: "/").last.map(String.init)
  }

  private static func flags(_ text: String?) -> UInt64 {
    guard let text else { return 0 }
    return text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) ?? 0 : UInt64(text) ?? 0
  }
}
