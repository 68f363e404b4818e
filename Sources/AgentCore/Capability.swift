/// A capability of a process (capabilities(7)).
package struct Capability: Sendable, Hashable, CustomStringConvertible {
  /// Its name, as systemd.exec(5) writes it.
  package let name: String
  /// Its number (linux/capability.h): the place of its bit in the sets of /proc/PID/status (proc_pid_status(5)).
  package let number: Int

  /// Raw and packet sockets: to ask who has an address, and to hear who says so.
  package static let netRaw = Capability(name: "CAP_NET_RAW", number: 13)

  /// Its name.
  package var description: String { name }
}
