package import AgentHost

/// How a host names itself.
package struct HostIdentity: Sendable, Hashable {
  /// The name of a host that does not tell its own.
  package static let unknown = "unknown"

  /// The host name (/proc/sys/kernel/hostname, else /etc/hostname); `unknown` when neither can be read.
  package var name: String
  /// The distribution in its own words (PRETTY_NAME of os-release(5)).
  package var system: String?
  /// The kernel's release (/proc/sys/kernel/osrelease).
  package var kernel: String?

  /// Makes an identity.
  package init(name: String, system: String? = nil, kernel: String? = nil) {
    self.name = name
    self.system = system
    self.kernel = kernel
  }

  /// Reads what the host says of itself; what cannot be read is missing.
  package init(reading files: HostFiles) {
    name =
      Self.line("/proc/sys/kernel/hostname", files) ?? Self.line("/etc/hostname", files) ?? Self.unknown
    kernel = Self.line("/proc/sys/kernel/osrelease", files)
    system = ["/etc/os-release", "/usr/lib/os-release"].lazy.compactMap { Self.prettyName($0, files) }.first
  }

  private static func line(_ path: String, _ files: HostFiles) -> String? {
    let text = (try? files.textIfPresent(path, limit: .configuration)) ?? nil
    let line = text?.split(whereSeparator: \.isNewline).first.map { $0.filter { !$0.isWhitespace } }
    return line?.isEmpty == false ? line : nil
  }

  private static func prettyName(_ path: String, _ files: HostFiles) -> String? {
    let text = (try? files.textIfPresent(path, limit: .configuration)) ?? nil
    let prefix = "PRETTY_NAME="
    return text?.split(whereSeparator: \.isNewline).first { $0.hasPrefix(prefix) }
      .map { String($0.dropFirst(prefix.count).filter { $0 != "\"" && $0 != "'" }) }
  }
}
