import AgentHost
import AgentKnowledge
import AgentCore
import AgentText

/// Whether the proxies of a host's programs stay out of the cluster.
///
/// The API server, kubelets, Services and webhooks are asked by https://, so only the proxy for https matters. The
/// kubelet's own probes of pods never use one (pkg/probe/http: `Proxy: http.ProxyURL(nil)`).
struct ProxyJudge {
  static let check: CheckID = "machine.proxy"
  /// How many targets a summary names.
  private static let named = 4
  private static let longestList = 300

  private let facts: ProxyFacts
  private let isControlPlane: Bool

  init(_ facts: ProxyFacts, isControlPlane: Bool) {
    self.facts = facts
    self.isControlPlane = isControlPlane
  }

  /// One verdict for each program that uses a proxy, else one for the host.
  var verdicts: [Verdict] {
    let components = facts.components.filter(\.isConcerned)
    guard !components.isEmpty else { return [withoutProxy] }
    var strongest: [String: Verdict] = [:]
    // A forgotten copy of a manifest is a second pod of the same name.
    for verdict in components.map(verdict) {
      if let other = strongest[verdict.subject], other.state.urgency <= verdict.state.urgency { continue }
      strongest[verdict.subject] = verdict
    }
    var seen: Set<String> = []
    return components.compactMap { seen.insert($0.name).inserted ? strongest[$0.name] : nil }
  }

  private var withoutProxy: Verdict {
    let login = facts.logins.value?.secure
    guard !facts.components.isEmpty || login != nil else {
      return Verdict(Self.check, .skipped, "neither a kubelet nor a runtime nor a static pod is here")
    }
    let note = login.map { ", but \($0.source) sets one for logins, and kubeadm copies it" } ?? ""
    return Verdict(
      Self.check, .ok, "no proxy is set for the kubelet, the runtime or static pods\(note)", evidence: loginEvidence)
  }

  private func verdict(_ component: ProxyComponent) -> Verdict {
    if let problem = component.problem {
      return Verdict(Self.check, subject: component.name, .unknown, "its proxy variables cannot be seen: \(problem)")
    }
    guard let proxy = component.variables.secure else { return plainOnly(component) }
    let list = component.variables.exceptions
    let exceptions = NoProxy(list?.value ?? "")
    let targets = targets(component)
    let missing = targets.filter { !$0.isCovered(by: exceptions) }
    var evidence = [Evidence(proxy.source, "\(proxy.name)=\(proxy.value)")]
    if let list {
      evidence.append(Evidence(list.source, "\(list.name)=\(PlainText.short(list.value, length: Self.longestList))"))
    }
    if let hint = hint(exceptions, list ?? proxy, component) { evidence.append(hint) }
    evidence += sources + loginEvidence
    guard missing.isEmpty else {
      return Verdict(
        Self.check, subject: component.name, .warning, summary(component, proxy, missing, isSet: list != nil),
        evidence: evidence, remedy: ProxyRemedy(component: component, missing: missing, exceptions: exceptions).command)
    }
    if !exceptions.isEverything, let problem = problem(component) {
      return Verdict(
        Self.check, subject: component.name, .unknown,
        "it asks the proxy \(proxy.value), and whom it must ask directly cannot be seen: \(problem)", evidence: evidence
      )
    }
    if component.isStale {
      return Verdict(
        Self.check, subject: component.name, .warning,
        "\(who(component)) does not have it yet: systemd has not read what its files say of the proxy",
        evidence: evidence + [Evidence("systemd NeedDaemonReload", "true")],
        remedy: "systemctl daemon-reload; systemctl restart \(component.name).service")
    }
    return Verdict(
      Self.check, subject: component.name, .ok, covered(targets, list?.name ?? "NO_PROXY"), evidence: evidence)
  }

  private func plainOnly(_ component: ProxyComponent) -> Verdict {
    let evidence = component.variables.plain.map { [Evidence($0.source, "\($0.name)=\($0.value)")] } ?? []
    return Verdict(
      Self.check, subject: component.name, .ok,
      "a proxy for http:// only: the API server and Services are asked by https://", evidence: evidence)
  }
}

// MARK: - What must be asked directly

extension ProxyJudge {
  private func targets(_ component: ProxyComponent) -> [ProxyTarget] {
    var targets: [ProxyTarget] = facts.endpoint.value.map { [.endpoint($0.endpoint)] } ?? []
    targets += facts.members.map { .member($0) }
    if !facts.nodeAddresses.isEmpty, let port = PortNumber(isControlPlane ? 6443 : 10250) {
      targets.append(.node(facts.nodeAddresses, port))
    }
    targets += facts.networks.services.map { .services($0.network) }
    targets += facts.networks.pods.map { .pods($0.network) }
    if component.kind == .runtime, let server = facts.plugin.value { targets.append(.apiService(server)) }
    return targets
  }

  /// Why the targets are not all known.
  private func problem(_ component: ProxyComponent) -> String? {
    let errors = [facts.endpoint.error, facts.own.error, component.kind == .runtime ? facts.plugin.error : nil]
    return errors.lazy.compactMap { $0 }.first.map { "\($0)" } ?? facts.networks.problems.first
  }

  private var sources: [Evidence] {
    let networks = facts.networks.services + facts.networks.pods
    return (facts.endpoint.value.map { [Evidence($0.source, "\($0.endpoint)")] } ?? [])
      + networks.map { Evidence($0.source, "\($0.network)") }
  }
}

// MARK: - Words

extension ProxyJudge {
  private func summary(
    _ component: ProxyComponent, _ proxy: ProxyVariables.Variable, _ missing: [ProxyTarget], isSet: Bool
  ) -> String {
    let more = missing.count > Self.named ? " and \(missing.count - Self.named) more" : ""
    let targets = missing.prefix(Self.named).map(\.text).joined(separator: ", ") + more
    let reason = isSet ? "NO_PROXY does not cover \(missing.count == 1 ? "it" : "them")" : "NO_PROXY is not set"
    return "\(who(component)) will ask the proxy \(proxy.value) for \(targets): \(reason)"
  }

  private func who(_ component: ProxyComponent) -> String {
    switch component.kind {
    case .kubelet: "the kubelet"
    case .runtime: "\(component.name) with its network plugins"
    case .staticPod: component.name
    }
  }

  private func covered(_ targets: [ProxyTarget], _ name: String) -> String {
    let known =
      targets.isEmpty
      ? "nothing inside the cluster is known here yet"
      : "\(name) covers "
        + targets.prefix(Self.named).map(\.text).joined(separator: ", ")
        + (targets.count > Self.named ? " and \(targets.count - Self.named) more" : "")
    return isControlPlane ? known : known + "; the networks of pods and Services are not known on this host"
  }

  /// Webhooks are asked by the name of their Service (k8s.io/apiserver/pkg/util/webhook).
  private func hint(
    _ exceptions: NoProxy, _ place: ProxyVariables.Variable, _ component: ProxyComponent
  ) -> Evidence? {
    let lacking = ProxyRemedy.lackingDomains(exceptions)
    guard case .staticPod = component.kind, !lacking.isEmpty else { return nil }
    return Evidence(
      place.source, "\(lacking.joined(separator: " and ")) not in NO_PROXY: webhooks go through the proxy")
  }

  private var loginEvidence: [Evidence] {
    guard let logins = facts.logins.value else { return [] }
    return [logins.secure, logins.plain, logins.exceptions].compactMap { $0 }.map { variable in
      let value = PlainText.short(variable.value, length: Self.longestList)
      let isList = variable.name.lowercased() == "no_proxy" && variable.value.contains("/")
      return Evidence(
        variable.source,
        "\(variable.name)=\(value)" + (isList ? " (networks: honoured by Go programs, not by all)" : ""))
    }
  }
}
