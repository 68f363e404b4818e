import AgentText

/// The command that gives a kubelet's flag another value in the file where it stands.
enum KubeletFlagRemedy {
  /// - Parameter source: as the kubelet's settings name it, `--FLAG in FILE`.
  static func set(_ flag: String, to value: (some CustomStringConvertible)?, at source: String) -> String {
    let value = value.map { "\($0)" } ?? "VALUE"
    let start = "--\(flag) in /"
    guard source.hasPrefix(start) else { return "set --\(flag)=\(value) for the kubelet (now: \(source))" }
    let file = ShellWord.quote("/" + source.dropFirst(start.count))
    return """
      sed -i.bak -E "s|--\(flag)[= ][^ '\\"]*|--\(flag)=\(value)|" \(file); systemctl daemon-reload; \
      systemctl restart kubelet
      """
  }
}
