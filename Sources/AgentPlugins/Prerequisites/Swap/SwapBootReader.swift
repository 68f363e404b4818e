import AgentCore
import AgentHost
import AgentKnowledge
import AgentText

/// Looks for everything that turns swap on at the next boot. Each mechanism is looked at by itself: one unreadable
/// file hides only what it could have said.
struct SwapBootReader {
  let files: HostFiles
  private let units: UnitFiles
  private var facts = SwapBootFacts()
  private var commandLine = BootCommandLine("")
  private var pulledIn: [String: String] = [:]
  private var targetIsMasked = false

  private init(_ files: HostFiles) {
    self.files = files
    units = UnitFiles(files, scope: .nextBoot)
  }

  static func read(_ files: HostFiles) -> SwapBootFacts {
    var reader = SwapBootReader(files)
    reader.attempt { reader throws(FileError) in try reader.readSystem() }
    reader.attempt { reader throws(FileError) in try reader.readFstab() }
    reader.attempt { reader throws(FileError) in try reader.readUnits() }
    reader.attempt { reader throws(FileError) in try reader.readServices() }
    reader.attempt { reader throws(FileError) in try reader.readOtherServices() }
    reader.attempt { reader throws(FileError) in try reader.readRaspberryPi() }
    reader.attempt { reader throws(FileError) in try reader.readZramGenerator() }
    reader.attempt { reader throws(FileError) in try reader.readResume() }
    return reader.facts
  }

  private mutating func attempt(_ look: (inout SwapBootReader) throws(FileError) -> Void) {
    do { try look(&self) } catch { facts.unreadable.append(error) }
  }

  private mutating func readSystem() throws(FileError) {
    facts.hasSystem = try files.kind(Fstab.path) != nil
    for directory in units.directories where try files.kind(directory) == .directory { facts.hasSystem = true }
    pulledIn = try units.pulledIn()
    targetIsMasked = try units.find("swap.target")?.isMasked ?? false
    if targetIsMasked { facts.notes.append(Evidence("/etc/systemd/system/swap.target", "masked")) }
    commandLine = BootCommandLine(try files.textIfPresent("/proc/cmdline", limit: .kernel) ?? "")
    if commandLine.bool("systemd.swap") == false { facts.notes.append(Evidence("/proc/cmdline", "systemd.swap=0")) }
  }

  /// fstab, and GPT partitions, which are left alone as soon as fstab has any line of type swap, also with noauto
  /// (gpt-auto-generator.c, fstab_has_fstype).
  private mutating func readFstab() throws(FileError) {
    let all = Fstab.parse(try files.textIfPresent(Fstab.path) ?? "").filter { $0.type == "swap" }
    guard !targetIsMasked, commandLine.bool("systemd.swap") != false else { return }
    for entry in all where commandLine.bool("fstab") != false {
      guard entry.isAutomatic else {
        facts.notes.append(Evidence("\(Fstab.path):\(entry.line)", "\(entry.device) noauto"))
        continue
      }
      let path = Fstab.devicePath(entry.device)
      if try units.find(UnitNames.swap(of: path))?.isMasked == true { continue }
      facts.swaps.append(
        BootSwap(
          device: entry.device, path: resolve(path), mechanism: "fstab", source: "\(Fstab.path):\(entry.line)",
          remedy: "sed -i.bak '\(entry.line)s/^/#/' \(Fstab.path); systemctl daemon-reload"))
    }
    if all.isEmpty, commandLine.bool("systemd.gpt_auto") != false { try readPartitions() }
  }

  private mutating func readPartitions() throws(FileError) {
    guard try generator("systemd-gpt-auto-generator") else { return }
    for partition in try GPTSwap.find(files) where try units.find(UnitNames.swap(of: partition.path))?.isMasked != true
    {
      facts.swaps.append(
        BootSwap(
          device: partition.path, path: partition.path, mechanism: "systemd-gpt-auto-generator",
          source: partition.source,
          remedy: "sfdisk --part-attrs \(partition.disk) \(partition.number) GUID:63"))
    }
  }

  private mutating func readUnits() throws(FileError) {
    for name in try units.names(suffix: ".swap") {
      guard let link = pulledIn[name], !(targetIsMasked && link.contains("/swap.target.")),
        let unit = try units.find(name), !unit.isMasked
      else { continue }
      let what = UnitText.parse(try files.text(unit.path)).last { $0.section == "Swap" && $0.key == "What" }
      let device = Fstab.devicePath(what?.value ?? "")
      facts.swaps.append(
        BootSwap(
          device: what?.value ?? name, path: resolve(device), mechanism: "unit", source: unit.path,
          remedy: "systemctl mask '\(name)'"))
    }
  }

  /// Debian's dphys-swapfile (older Raspberry Pi OS) and zram-tools.
  private mutating func readServices() throws(FileError) {
    let settings = EnvironmentFile.parse(try files.textIfPresent("/etc/dphys-swapfile") ?? "")
    let size = settings.last { $0.name == "CONF_SWAPSIZE" }?.value
    if size != "0", let source = try enabledService("dphys-swapfile") {
      let file = settings.last { $0.name == "CONF_SWAPFILE" }?.value ?? "/var/swap"
      facts.swaps.append(
        BootSwap(
          device: file, path: file, mechanism: "dphys-swapfile", source: source,
          remedy: "systemctl disable --now dphys-swapfile"))
    }
    if let source = try enabledService("zramswap") {
      facts.swaps.append(
        BootSwap(
          device: "/dev/zram0", path: "/dev/zram0", mechanism: "zram-tools", source: source,
          remedy: "systemctl disable --now zramswap"))
    }
  }

  /// Services of any name that turn swap on: Ubuntu's zram-config, Armbian's, NVIDIA's nvzramconfig, swapspace.
  private mutating func readOtherServices() throws(FileError) {
    for (name, link) in pulledIn.sorted(by: { $0.key < $1.key }) {
      guard name.hasSuffix(".service"), !Self.knownServices.contains(name), let unit = try units.find(name),
        !unit.isMasked, let sign = try SwapServices.sign(unit.path, files)
      else { continue }
      let device = sign.isZram ? "/dev/zram0" : nil
      facts.swaps.append(
        BootSwap(
          device: device ?? name, path: device, mechanism: sign.text, source: link,
          remedy: "systemctl disable --now \(ShellWord.quote(name))"))
    }
  }

  /// Those that are looked at by their own settings.
  private static let knownServices: Set<String> = ["dphys-swapfile.service", "zramswap.service"]

  /// Raspberry Pi OS since Debian 13: a generator that reads /etc/rpi/swap.conf and its drop-ins.
  private mutating func readRaspberryPi() throws(FileError) {
    guard !targetIsMasked, try generator("rpi-swap-generator") else { return }
    let settings = try LayeredSettings.read(
      files, directories: ["/etc", "/usr/local/lib", "/usr/lib"], "rpi/swap.conf")
    let mechanism = settings.last("Main", "Mechanism")
    let known = ["swapfile", "zram", "zram+file", "none", "auto"]
    // What the generator does not know it takes for auto, which is zram with a file behind it.
    let value = mechanism.map(\.value).flatMap { known.contains($0) ? $0 : nil } ?? "auto"
    guard value != "none" else { return }
    let device = value == "swapfile" ? settings.last("File", "Path")?.value ?? "/var/swap" : "/dev/zram0"
    facts.swaps.append(
      BootSwap(
        device: device, path: device, mechanism: "rpi-swap",
        source: mechanism?.source ?? "/etc/rpi/swap.conf (default)",
        remedy: "mkdir -p /etc/rpi/swap.conf.d; "
          + "printf '[Main]\\nMechanism=none\\n' > /etc/rpi/swap.conf.d/99-off.conf"))
  }

  private mutating func readZramGenerator() throws(FileError) {
    guard !targetIsMasked, commandLine.bool("systemd.zram") != false, try generator("zram-generator") else { return }
    let settings = try LayeredSettings.read(
      files, directories: ["/etc", "/usr/local/lib", "/usr/lib"], "systemd/zram-generator.conf")
    let memory = ZramGenerator.memoryMegabytes(try files.textIfPresent("/proc/meminfo", limit: .kernel) ?? "")
    let forced = commandLine.bool("systemd.zram") == true
    for device in ZramGenerator.swaps(settings, memoryMegabytes: memory, forced: forced) {
      facts.swaps.append(
        BootSwap(
          device: "/dev/\(device.name)", path: "/dev/\(device.name)", mechanism: "zram-generator",
          source: device.source,
          remedy: "mkdir -p /etc/systemd/zram-generator.conf.d; "
            + "printf '[\(device.name)]\\nhost-memory-limit = 0\\n' "
            + "> /etc/systemd/zram-generator.conf.d/99-off-\(device.name).conf"))
    }
  }

  private mutating func readResume() throws(FileError) {
    let path = "/etc/initramfs-tools/conf.d/resume"
    let file = EnvironmentFile.parse(try files.textIfPresent(path) ?? "").last { $0.name == "RESUME" }
    if let file, file.value != "none" { facts.notes.append(Evidence("\(path):\(file.line)", "RESUME=\(file.value)")) }
    if let value = commandLine.text("resume") { facts.notes.append(Evidence("/proc/cmdline", "resume=\(value)")) }
  }

  /// Whether a generator is there and not masked (systemd.generator(7)).
  private func generator(_ name: String) throws(FileError) -> Bool {
    for directory in ["/etc/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd", "/lib/systemd"] {
      let path = "\(directory)/system-generators/\(name)"
      if try files.linkTarget(path) == "/dev/null" { return false }
      if try files.kind(path) == .regular { return true }
    }
    return false
  }

  /// The link that starts a service at boot; systemd's own, else that of an init script without a unit.
  private func enabledService(_ name: String) throws(FileError) -> String? {
    if let unit = try units.find("\(name).service") { return unit.isMasked ? nil : pulledIn["\(name).service"] }
    let link = try files.entries("/etc/rc2.d")?.first { $0.hasPrefix("S") && $0.dropFirst(3) == name }
    return link.map { "/etc/rc2.d/\($0)" }
  }

  /// The path behind a link of udev's; the path itself when it is no link.
  private func resolve(_ path: String) -> String? {
    guard path.hasPrefix("/") else { return nil }
    guard let target = try? files.linkTarget(path) else { return path.hasPrefix("/dev/disk/") ? nil : path }
    var parts = path.split(separator: "/").dropLast().map(String.init)
    if target.hasPrefix("/") { parts = [] }
    for part in target.split(separator: "/") {
      if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(String(part)) }
    }
    return "/" + parts.joined(separator: "/")
  }
}
