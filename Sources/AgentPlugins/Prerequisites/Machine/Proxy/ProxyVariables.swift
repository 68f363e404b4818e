import AgentKnowledge
import AgentText

/// The proxy variables of one program's environment, as a program written in Go takes them: the upper-case name first,
/// an empty value counts as none (golang.org/x/net/http/httpproxy, FromEnvironment).
struct ProxyVariables: Sendable, Equatable {
  static let names: Set<String> = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"]

  /// One variable and its place.
  struct Variable: Sendable, Equatable {
    var name: String
    /// Its value; a proxy's user information is masked.
    var value: String
    /// `FILE:LINE`.
    var source: String
    /// The environment file of a unit that gave it.
    var environmentFile: String?
  }

  private var variables: [String: Variable] = [:]

  init() {}

  /// The variables of a unit.
  init(_ environment: UnitEnvironment) {
    for (name, variable) in environment.variables {
      set(name, variable.value, source: variable.source, environmentFile: variable.environmentFile)
    }
  }

  /// The variables of a static pod's container.
  init(_ container: StaticPod.Container, path: String) {
    for variable in container.environment { set(variable.name, variable.value, source: "\(path):\(variable.line)") }
  }

  /// Sets a variable; the last one wins, others than ``names`` are passed over.
  mutating func set(_ name: String, _ value: String, source: String, environmentFile: String? = nil) {
    guard Self.names.contains(name) else { return }
    let isList = name.lowercased() == "no_proxy"
    variables[name] = Variable(
      name: name, value: isList ? value : Self.shown(value), source: source, environmentFile: environmentFile)
  }

  /// The proxy for https:// requests. Since Go 1.16, `HTTP_PROXY` does not stand in for a missing one.
  var secure: Variable? { first("HTTPS_PROXY", "https_proxy") }
  /// The proxy for http:// requests.
  var plain: Variable? { first("HTTP_PROXY", "http_proxy") }
  /// Who is asked directly.
  var exceptions: Variable? { first("NO_PROXY", "no_proxy") }
  /// The variable that a further entry has to go to, empty or not.
  var upperExceptions: Variable? { variables["NO_PROXY"] }

  private func first(_ names: String...) -> Variable? {
    names.lazy.compactMap { variables[$0] }.first { !$0.value.isEmpty }
  }

  /// A proxy as `SCHEME://HOST:PORT`; without a scheme it is http. The value is one URL, so that all up to its last `@`
  /// may be a password, whatever characters that has.
  private static func shown(_ value: String) -> String {
    guard !value.isEmpty else { return value }
    let scheme = value.firstRange(of: "://").map { value[..<$0.upperBound] } ?? "http://"
    let rest = value.firstRange(of: "://").map { value[$0.upperBound...] } ?? value[...]
    guard let at = rest.lastIndex(of: "@") else { return PlainText.short("\(scheme)\(rest)") }
    return PlainText.short("\(scheme)\(SecretText.mask)\(rest[at...])")
  }
}
