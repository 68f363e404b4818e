/// A capability of a process (capabilities(7)).
public struct Capability: Sendable, Hashable, CustomStringConvertible {
  /// Its name, as systemd.exec(5) writes it.
  public let name: String
  /// Its number (linux/capability.h): the place of its bit in the sets of /proc/PID/status (proc_pid_status(5)).
  public let number: Int

  /// Raw and packet sockets: to ask who has an address, and to hear who says so.
  public static let netRaw = Capability(name: "CAP_NET_RAW", number: 13)

  /// Its name.
  public var description: String { name }
}
