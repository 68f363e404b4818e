/// How a host names itself.
public struct HostIdentity: Sendable, Hashable {
  /// The name of a host that does not tell its own.
  public static let unknown = "unknown"

  /// The host name (/proc/sys/kernel/hostname, else /etc/hostname); `unknown` when neither can be read.
  public var name: String
  /// The distribution in its own words (PRETTY_NAME of os-release(5)).
  public var system: String?
  /// The kernel's release (/proc/sys/kernel/osrelease).
  public var kernel: String?

  /// Makes an identity.
  public init(name: String, system: String? = nil, kernel: String? = nil) {
    self.name = name
    self.system = system
    self.kernel = kernel
  }

  /// Reads what the host says of itself; what cannot be read is missing.
  public init(reading files: HostFiles) {
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
