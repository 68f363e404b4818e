import AgentCore
import AgentHost
import AgentKnowledge
import AgentText

/// The addresses that HAProxy binds, and those among them that this host may not hold.
enum BalancerBinds {
  /// An IPv4 address of a `bind` line.
  struct Bind: Sendable, Equatable {
    var address: String
    var line: Int
  }

  private static let haproxy = "/etc/haproxy/haproxy.cfg"

  /// Whether HAProxy binds an address that another host may hold: one that Keepalived moves, or that is not here now.
  static func sign(_ files: HostFiles) -> Applicability {
    do throws(FileError) {
      guard let configuration = try text(haproxy, files) else { return .notSeen("there is no \(haproxy)") }
      let binds = parse(configuration)
      guard !binds.isEmpty else { return .notSeen("\(haproxy) binds no particular IPv4 address") }
      let moving = Set(try KeepalivedAddresses.read(files).map(\.address.description))
      if let bind = binds.first(where: { moving.contains($0.address) }) {
        return .seen(evidence(bind, "which Keepalived moves"))
      }
      let own = Set(try LocalAddresses.v4(files).map(\.description))
      guard let bind = binds.first(where: { !own.contains($0.address) }) else {
        return .notSeen("HAProxy binds only addresses that are always on this host")
      }
      return .seen(evidence(bind, "which is not on this host now"))
    } catch {
      return .hidden(error)
    }
  }

  private static func evidence(_ bind: Bind, _ note: String) -> Evidence {
    Evidence("\(haproxy):\(bind.line)", "bind \(bind.address), \(note)")
  }

  private static func text(_ path: String, _ files: HostFiles) throws(FileError) -> String? {
    try files.bytesIfPresent(path).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The `bind` lines with an IPv4 address that is neither the wildcard nor loopback. With `transparent` HAProxy needs no
  /// kernel parameter (HAProxy configuration manual, 5.1).
  static func parse(_ configuration: String) -> [Bind] {
    var binds: [Bind] = []
    for (index, line) in configuration.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
    {
      let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
      guard words.count > 1, words[0] == "bind", !words.dropFirst(2).contains("transparent") else { continue }
      for place in words[1].split(separator: ",") {
        let host = place.drop { $0 == "\"" }.trimmingPrefix("ipv4@").prefix { $0 != ":" }
        guard AddressText.isIPv4(host), host != "0.0.0.0", !host.hasPrefix("127.") else { continue }
        binds.append(Bind(address: String(host), line: index + 1))
      }
    }
    return binds
  }
}
