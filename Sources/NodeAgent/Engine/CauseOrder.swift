import AgentCore

/// Which finding explains which: checks name what explains them (`dependsOn`), and a finding whose explanation is
/// itself a finding is a consequence of it.
struct CauseOrder {
  private let dependencies: [CheckID: [Dependency]]
  private let findings: [VerdictKey: CheckState]

  init(definitions: [CheckDefinition], verdicts: [Verdict]) {
    dependencies = Dictionary(definitions.map { ($0.id, $0.dependsOn) }, uniquingKeysWith: { first, _ in first })
    findings = Dictionary(
      verdicts.filter(\.state.isFinding).map { ($0.key, $0.state) }, uniquingKeysWith: { first, _ in first })
  }

  /// The root of the chain that explains a finding; nil when it is a root itself, or no finding.
  func root(of key: VerdictKey) -> VerdictKey? {
    var seen: Set<VerdictKey> = [key]
    var current = key
    // A loop of dependencies ends at its first repetition; the contract of the registry forbids it anyway.
    while let next = cause(of: current), seen.insert(next).inserted { current = next }
    return current == key ? nil : current
  }

  private func cause(of key: VerdictKey) -> VerdictKey? {
    guard let state = findings[key] else { return nil }
    for dependency in dependencies[key.check] ?? [] {
      let explaining = findings.filter {
        dependency.matches($0.key, findingOn: key.subject) && $0.value.explains(state)
      }
      if let first = explaining.keys.min() { return first }
    }
    return nil
  }
}

extension CheckState {
  /// A fault explains what follows from it; a warning explains no more than a warning.
  fileprivate func explains(_ consequence: CheckState) -> Bool {
    self == .failing || (self == .warning && consequence == .warning)
  }
}
