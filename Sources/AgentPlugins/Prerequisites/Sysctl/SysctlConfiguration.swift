import AgentCore
import AgentHost
import AgentKnowledge

/// What the files of the host will set at its next boot.
struct SysctlConfiguration: Sendable, Equatable {
  /// What decides the value of one parameter at the next boot.
  enum NextBoot: Sendable, Equatable {
    /// A line of a sysctl.d file; the others say something else and lose.
    case line(SysctlAssignment, losing: [SysctlAssignment])
    /// A `sysctl.` parameter of the kernel's command line (since Linux 5.8), which any sysctl.d file overrides.
    case commandLine(SysctlAssignment)
    /// Nothing: the kernel starts with its default.
    case nothing
    /// A file or directory that may decide cannot be read.
    case hidden(FileError)
  }

  /// Where the classic file lies. systemd-sysctl reads it only through a link in sysctl.d, such as Debian 12's
  /// 99-sysctl.conf.
  static let classicPath = "/etc/sysctl.conf"

  /// The lines of all files that are read, in their order.
  var lines: [SysctlAssignment] = []
  /// The files.
  var list = ConfigurationDirectories()
  /// The lines of /etc/sysctl.conf where no link leads to it.
  var unreadClassic: [SysctlAssignment] = []
  /// What ufw sets after all of them.
  var firewall = UfwSysctl()
  /// The parameters of the kernel's command line.
  var commandLine: [SysctlAssignment] = []

  func nextBoot(_ key: SysctlKey) -> NextBoot {
    if let problem = list.problems.first ?? firewall.problem { return .hidden(problem) }
    let schedule = SysctlBootOrder(lines)
    let winner = schedule.winner(for: key.name, aliases: key.aliases)
    if let problem = unreadable(after: winner) { return .hidden(problem) }
    if let winner {
      return .line(winner, losing: schedule.contradicting(winner, for: key.name, aliases: key.aliases))
    }
    let names = [key.name] + key.aliases
    return commandLine.last { names.contains($0.name) }.map { .commandLine($0) } ?? .nothing
  }

  /// The line of /etc/sysctl.conf that the next boot does not read.
  func unread(_ key: SysctlKey) -> SysctlAssignment? {
    unreadClassic.last { ([key.name] + key.aliases).contains($0.name) && $0.value != nil }
  }

  /// The paths of weaker files that the file of a line keeps from being read.
  func overridden(by line: SysctlAssignment) -> [String] {
    list.files.first { $0.path == line.path }?.overrides ?? []
  }

  /// A file that may take the decision from `winner`: a later one, or any when a glob decides, because any file may name
  /// the parameter and so keep globs from it.
  private func unreadable(after winner: SysctlAssignment?) -> FileError? {
    if let winner, !winner.name.isGlob, winner.path == firewall.path { return nil }
    let start = winner.flatMap { winner in
      winner.name.isGlob ? nil : list.files.firstIndex { $0.path == winner.path }
    }
    for file in list.files[(start ?? 0)...] {
      if case .unreadable(let error) = file.effect { return error }
    }
    return nil
  }
}

extension SysctlConfiguration {
  /// Reads the files; for the worker thread.
  init(reading files: HostFiles) {
    list = ConfigurationDirectories("sysctl.d", in: files)
    for (index, file) in list.files.enumerated() where file.effect == .applies {
      do throws(FileError) {
        lines += SysctlFile.parse(try files.bytes(file.path), path: file.path)
      } catch {
        list.files[index].effect = .unreadable(error)
      }
    }
    firewall = UfwSysctl(reading: files)
    lines += firewall.lines
    if !Self.isClassicLinked(list, files), firewall.path != Self.classicPath,
      let content = try? files.bytesIfPresent(Self.classicPath)
    {
      unreadClassic = SysctlFile.parse(content, path: Self.classicPath)
    }
    commandLine = Self.commandLine((try? files.bytesIfPresent("/proc/cmdline", limit: .kernel)) ?? [])
  }

  /// Whether one of the files that are read is a link to /etc/sysctl.conf, directly or by way of others.
  private static func isClassicLinked(_ list: ConfigurationDirectories, _ files: HostFiles) -> Bool {
    guard let classic = (try? files.stamp(classicPath)) ?? nil else { return false }
    return list.effective.contains { file in
      let isLink = ((try? files.linkTarget(file.path)) ?? nil) != nil
      return isLink && (try? files.stamp(file.path)) == classic
    }
  }

  private static func commandLine(_ content: [UInt8]) -> [SysctlAssignment] {
    String(decoding: content, as: UTF8.self).split(whereSeparator: \.isWhitespace).compactMap { word in
      guard word.hasPrefix("sysctl."), let equals = word.firstIndex(of: "=") else { return nil }
      return SysctlAssignment(
        name: SysctlName(word[..<equals].dropFirst("sysctl.".count)),
        value: String(word[word.index(after: equals)...]), path: "/proc/cmdline", line: 1)
    }
  }
}
