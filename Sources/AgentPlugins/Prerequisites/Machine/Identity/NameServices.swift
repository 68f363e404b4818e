import AgentHost

/// Who is asked for the address of a host name: the `hosts` line of /etc/nsswitch.conf (nsswitch.conf(5)).
struct NameServices: Sendable, Equatable {
  static let path = "/etc/nsswitch.conf"
  /// What the GNU C library asks when no line says otherwise (its NEWS for 2.34; `dns` first before that).
  static let fallback = NameServices(names: ["files", "dns"], source: "no hosts line in \(path)")

  /// The services in their order, without the actions in brackets.
  var names: [String]
  /// `FILE:LINE`.
  var source: String

  /// Reads the line; what follows an error keeps its reason.
  static func read(_ files: HostFiles) -> Fact<NameServices> {
    do {
      let content = try files.bytesIfPresent(path)
      let services = content.flatMap { parse(String(decoding: $0, as: UTF8.self)) } ?? fallback
      return .known(services, source: services.source)
    } catch {
      return .unreadable(error)
    }
  }

  static func parse(_ text: String) -> NameServices? {
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let parts = line.prefix { $0 != "#" }.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0].filter({ !$0.isWhitespace }) == "hosts" else { continue }
      return NameServices(names: withoutActions(parts[1]), source: "\(path):\(index + 1)")
    }
    return nil
  }

  /// `dns [!UNAVAIL=return] files` is `dns files`.
  private static func withoutActions(_ text: Substring) -> [String] {
    var depth = 0
    let plain = text.map { character -> Character in
      if character == "[" { depth += 1 }
      defer { if character == "]" { depth = max(0, depth - 1) } }
      return depth > 0 ? " " : character
    }
    return String(plain).split(whereSeparator: \.isWhitespace).map(String.init)
  }

  /// Whether /etc/hosts is looked into.
  var usesFiles: Bool { names.contains("files") }

  /// The first service beside /etc/hosts that may know a name.
  ///
  /// - Parameter isHostName: whether it is the name of the running kernel, which `myhostname` answers for
  ///   (nss-myhostname(8)).
  func other(for name: String, isHostName: Bool) -> String? {
    names.first { service in
      if service == "files" { return false }
      if service == "myhostname" { return isHostName }
      return !service.hasPrefix("mdns") || name.hasSuffix(".local")
    }
  }
}
