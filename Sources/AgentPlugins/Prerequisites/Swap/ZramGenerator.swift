import AgentKnowledge

/// What zram-generator makes of its configuration (zram-generator.conf(5)).
enum ZramGenerator {
  /// A zram device that becomes swap.
  struct Device: Equatable {
    var name: String
    var source: String
  }

  /// - Parameters:
  ///   - memoryMegabytes: MemTotal; nil when it is not known, and then no limit is taken to be passed.
  ///   - forced: whether `systemd.zram` on the command line asks for zram0.
  static func swaps(_ settings: LayeredSettings, memoryMegabytes: Double?, forced: Bool) -> [Device] {
    var devices = settings.sections.filter { isDevice($0.name) }.map { Device(name: $0.name, source: $0.source) }
    if forced, !devices.contains(where: { $0.name == "zram0" }) {
      devices.append(Device(name: "zram0", source: "/proc/cmdline"))
    }
    return devices.filter { isSwap($0.name, settings) && isMade($0.name, settings, memoryMegabytes) }
  }

  /// MemTotal of /proc/meminfo in megabytes as the generator counts them, 1024 KiB each.
  static func memoryMegabytes(_ meminfo: String) -> Double? {
    let line = meminfo.split(whereSeparator: \.isNewline).first { $0.hasPrefix("MemTotal:") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Double($0) }.map { $0 / 1024 }
  }

  private static func isDevice(_ section: String) -> Bool {
    section.hasPrefix("zram") && section.count > 4 && section.dropFirst(4).allSatisfy { ("0"..."9").contains($0) }
  }

  private static func isSwap(_ name: String, _ settings: LayeredSettings) -> Bool {
    let type = settings.last(name, "fs-type")?.value ?? ""
    let mountPoint = settings.last(name, "mount-point")?.value ?? ""
    return type == "swap" || type.isEmpty && mountPoint.isEmpty
  }

  /// Sizes are expressions; only those that are plainly nothing are judged, any other makes a device.
  private static func isMade(_ name: String, _ settings: LayeredSettings, _ memory: Double?) -> Bool {
    let limit = settings.last(name, "host-memory-limit") ?? settings.last(name, "memory-limit")
    if let limit = limit.flatMap({ Double($0.value) }), let memory, memory > limit { return false }
    if let limit = limit.flatMap({ Double($0.value) }), limit == 0 { return false }
    let old = ["zram-fraction", "max-zram-size"].compactMap { settings.last(name, $0) }
    let sizes = old.isEmpty ? [settings.last(name, "zram-size")].compactMap { $0 } : old
    return !sizes.contains { Double($0.value) == 0 }
  }
}
