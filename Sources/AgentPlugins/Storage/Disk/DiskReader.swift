import AgentHost

/// Reads what files say of disks. Nothing here waits for a device: counters and states are the kernel's own memory.
struct DiskReader {
  let files: HostFiles

  /// The file systems that cannot be written although they should.
  func readOnly(_ table: MountTable) -> [ReadOnlyDisk] {
    let disks = table.mounts.filter { FileSystemKind(type: $0.type) == .disk }
    let fstab = fstab()
    return Dictionary(grouping: disks, by: \.device).sorted { $0.key < $1.key }.compactMap { _, mounts in
      guard let shown = mounts.min(by: { Self.rank($0) < Self.rank($1) }), let cause = cause(mounts, fstab) else {
        return nil
      }
      return ReadOnlyDisk(
        point: shown.point, type: shown.type, source: shown.source.shown, options: shown.superOptions.text,
        cause: cause,
        device: shown.device, points: mounts.map(\.point))
    }
  }

  /// The whole file system before bind mounts of its parts, then the shorter path.
  private static func rank(_ mount: Mount) -> (Int, Int) { (mount.root.utf8 == "/" ? 0 : 1, mount.point.bytes.count) }

  private func cause(_ mounts: [Mount], _ fstab: [String: (isReadOnly: Bool, source: String)]) -> ReadOnlyDisk.Cause? {
    guard let options = mounts.first?.superOptions else { return nil }
    if options.has("shutdown") { return .shutdown }
    if options.has("emergency_ro") { return .error }
    guard options.has("ro") else { return nil }
    if mounts.contains(where: { !$0.options.has("ro") }) { return .error }
    for mount in mounts {
      if let entry = mount.point.utf8.flatMap({ fstab[$0] }), !entry.isReadOnly {
        return .remounted(source: entry.source)
      }
    }
    return nil
  }

  private func fstab() -> [String: (isReadOnly: Bool, source: String)] {
    guard let bytes = try? files.bytes("/etc/fstab") else { return [:] }
    var entries: [String: (isReadOnly: Bool, source: String)] = [:]
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let words = line.split { $0 == " " || $0 == "\t" }
      guard words.count >= 4, words[0].first != "#" else { continue }
      entries[String(words[1])] = (MountOptions(String(words[3])).has("ro"), "/etc/fstab:\(index + 1)")
    }
    return entries
  }

  /// The counters of errors that the kernel keeps.
  func errors() -> [DiskErrors] { commands() + ext4() + btrfs() }

  private func commands() -> [DiskErrors] {
    names("/sys/block").compactMap { name in
      let path = "/sys/block/\(name)/device/ioerr_cnt"
      guard let text = line(path), text.hasPrefix("0x"), let count = UInt64(text.dropFirst(2), radix: 16) else {
        return nil
      }
      return DiskErrors(device: name, kind: .commands, source: path, count: count)
    }
  }

  private func ext4() -> [DiskErrors] {
    names("/sys/fs/ext4").compactMap { name in
      let path = "/sys/fs/ext4/\(name)/errors_count"
      guard let count = line(path).flatMap({ UInt64($0) }) else { return nil }
      return DiskErrors(device: name, kind: .ext4, source: path, count: count)
    }
  }

  private func btrfs() -> [DiskErrors] {
    names("/sys/fs/btrfs").flatMap { volume in
      names("/sys/fs/btrfs/\(volume)/devinfo").flatMap { number -> [DiskErrors] in
        let path = "/sys/fs/btrfs/\(volume)/devinfo/\(number)/error_stats"
        guard let text = try? files.text(path, limit: .kernel) else { return [] }
        return text.split(separator: "\n").compactMap { line in
          let words = line.split(separator: " ")
          guard words.count == 2, let count = UInt64(words[1]) else { return nil }
          let name = String(words[0])
          return DiskErrors(
            device: "\(volume) device \(number)", kind: .btrfs(name), source: "\(path) \(name)", count: count)
        }
      }
    }
  }

  /// What devices say of their wear. An NVMe drive's own health is not here: only a command to the drive tells it, and a
  /// dead drive would not answer.
  func wear() -> [DiskWear] {
    let flash = names("/sys/block").filter { $0.hasPrefix("mmcblk") && !$0.contains("boot") }.compactMap {
      name -> DiskWear? in
      let directory = "/sys/block/\(name)/device"
      guard let life = line("\(directory)/life_time") else { return nil }
      let tenths = life.split(separator: " ").compactMap { Int($0.dropFirst(2), radix: 16) }
      let reserve = line("\(directory)/pre_eol_info").flatMap { Int($0.dropFirst(2), radix: 16) } ?? 0
      guard let most = tenths.max(), most > 0 || reserve > 0 else { return nil }
      return .flash(device: name, life: most, reserve: reserve, source: "\(directory)/life_time")
    }
    let controllers = names("/sys/class/nvme").compactMap { name -> DiskWear? in
      let path = "/sys/class/nvme/\(name)/state"
      return line(path).map { .controller(device: name, state: $0, source: path) }
    }
    return flash + controllers
  }

  private func names(_ directory: String) -> [String] { ((try? files.entries(directory)) ?? nil) ?? [] }

  private func line(_ path: String) -> String? {
    (try? files.text(path, limit: .kernel)).map { String($0.prefix { $0 != "\n" }) }
  }
}
