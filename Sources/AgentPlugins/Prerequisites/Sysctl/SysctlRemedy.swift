import AgentText

/// The commands that set a parameter for the next boot.
enum SysctlRemedy {
  /// As sysctl(8) takes it: `net.ipv4.ip_forward=1`, quoted for the shell where it needs it.
  static func assignment(_ key: SysctlKey) -> String {
    ShellWord.quote("\(key.name)=\(key.expectation.wanted)")
  }

  /// Adds the parameter to a file of the administrator's own that is read last.
  static func persist(_ key: SysctlKey, over winner: SysctlAssignment? = nil) -> String {
    "echo \(assignment(key)) >> \(file(after: winner)) && systemctl restart systemd-sysctl"
  }

  /// Adds it to the file that ufw sets after all others.
  static func persist(_ key: SysctlKey, inFirewallFile path: String) -> String {
    "echo \(assignment(key)) >> \(path) && sysctl -p \(path)"
  }

  /// A name that comes after the file that wins now: the one that the Kubernetes documentation's readers use, else a
  /// later one.
  private static func file(after winner: SysctlAssignment?) -> String {
    let last = winner.map { $0.path[($0.path.lastIndex(of: "/").map($0.path.index(after:)) ?? $0.path.startIndex)...] }
    let names = ["99-kubernetes.conf", "99-zz-kubernetes.conf", "zzz-kubernetes.conf"]
    let free = names.first { name in
      guard let last else { return true }
      return last == name || last.utf8.lexicographicallyPrecedes(name.utf8)
    }
    return "/etc/sysctl.d/\(free ?? "zzzz-kubernetes.conf")"
  }
}
