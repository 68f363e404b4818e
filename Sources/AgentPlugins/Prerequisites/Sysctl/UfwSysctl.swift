import AgentHost
import AgentKnowledge

/// What ufw sets at boot: with ENABLED=yes it runs `sysctl -p` on the file that IPT_SYSCTL names (ufw-init-functions of
/// ufw 0.35 to 0.36.2; ufw-framework(8)), in the words of its own comment over sysctl.conf and sysctl.d.
struct UfwSysctl: Sendable, Equatable {
  static let configuration = "/etc/ufw/ufw.conf"
  static let defaults = "/etc/default/ufw"
  static let usual = "/etc/ufw/sysctl.conf"

  /// The file; nil where ufw is off or has none.
  var path: String?
  var lines: [SysctlAssignment] = []
  /// Why it cannot be seen.
  var problem: FileError?
}

extension UfwSysctl {
  /// Reads the files; for the worker thread.
  init(reading files: HostFiles) {
    self.init()
    do throws(FileError) {
      guard let text = try files.textIfPresent(Self.configuration),
        let enabled = EnvironmentFile.parse(text).last(where: { $0.name == "ENABLED" })?.value,
        // ufw-init compares with these two words.
        ["yes", "YES"].contains(enabled), try Self.startsAtBoot(files),
        let defaults = try files.textIfPresent(Self.defaults),
        let path = EnvironmentFile.parse(defaults).last(where: { $0.name == "IPT_SYSCTL" })?.value, path.hasPrefix("/"),
        let content = try files.bytesIfPresent(path)
      else { return }
      self.path = path
      lines = SysctlFile.parse(content, path: path)
    } catch {
      problem = error
    }
  }

  /// A unit that nothing pulls in, a masked one, and what a removed package leaves start nothing.
  private static func startsAtBoot(_ files: HostFiles) throws(FileError) -> Bool {
    let units = UnitFiles(files, scope: .nextBoot)
    guard let unit = try units.find("ufw.service") else { return try files.kind("/usr/sbin/ufw") != nil }
    return unit.isMasked ? false : try units.pulledIn()["ufw.service"] != nil
  }
}
