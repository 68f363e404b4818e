import AgentText

/// The command that adds what is missing to `NO_PROXY` where the component takes it from.
struct ProxyRemedy {
  private static let domains = [".svc", ".cluster.local"]
  /// More than this is not typed.
  private static let longestList = 2000

  let component: ProxyComponent
  let missing: [ProxyTarget]
  let exceptions: NoProxy

  /// Nil where the list has characters that would have to be quoted in several ways, or is too long to type.
  var command: String? {
    guard let list else { return nil }
    switch component.kind {
    case .kubelet, .runtime: return serviceCommand(list)
    case .staticPod(let manifest): return podCommand(list, manifest)
    }
  }

  /// The domains of Services that a proxy would be asked for.
  static func lackingDomains(_ exceptions: NoProxy) -> [String] {
    domains.filter { domain in
      guard let host = try? NetworkHost(settingsScalar: "name" + domain) else { return false }
      return !exceptions.covers(host, port: .https)
    }
  }

  /// The new value: what is there and what is missing.
  private var list: String? {
    let old = (component.variables.exceptions?.value ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
    let items = old.filter { !$0.isEmpty } + missing.map(\.entry) + Self.lackingDomains(exceptions)
    let text = items.joined(separator: ",")
    let isPlain = text.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
        || ".,:/_-*[]".utf8.contains($0)
    }
    return isPlain && text.utf8.count <= Self.longestList ? text : nil
  }

  /// An environment file overrides `Environment=`, so what stands in one is overridden there; `NO_PROXY` overrides
  /// `no_proxy`.
  private func serviceCommand(_ list: String) -> String {
    let restart = "systemctl restart \(component.name)"
    if let file = component.variables.upperExceptions?.environmentFile {
      return "printf '\\nNO_PROXY=\(list)\\n' >> \(ShellWord.quote(file)); \(restart)"
    }
    let directory = "/etc/systemd/system/\(component.name).service.d"
    return """
      mkdir -p \(directory); printf '[Service]\\nEnvironment=NO_PROXY=\(list)\\n' > \(directory)/zz-no-proxy.conf; \
      systemctl daemon-reload; \(restart)
      """
  }

  /// For the form that kubeadm writes, a line `- name:` and a line `value:`. No copy is left beside the manifest: the
  /// kubelet would start it as well.
  private func podCommand(_ list: String, _ manifest: String) -> String? {
    let path = ShellWord.quote(manifest)
    if let variable = component.variables.upperExceptions ?? component.variables.exceptions,
      let line = Self.line(variable)
    {
      return "cp \(path) /root; sed -i -E '\(line)s|value:.*|value: \"\(list)\"|' \(path)"
    }
    guard let variable = component.variables.secure, let line = Self.line(variable) else { return nil }
    return """
      cp \(path) /root; \
      sed -i -E '\(line)s|^( *)  value:.*|&\\n\\1- name: NO_PROXY\\n\\1  value: "\(list)"|' \(path)
      """
  }

  private static func line(_ variable: ProxyVariables.Variable) -> Int? {
    variable.source.split(separator: ":").last.flatMap { Int($0) }
  }
}
