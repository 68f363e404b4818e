import AgentCore
import AgentHost

/// What a kubelet makes of swap, by version.
///
/// Sources: KEP-2400 and Kubernetes' own code. pkg/kubelet/cm/container_manager_linux.go refuses to start with failSwapOn
/// when /proc/swaps has any line but the head (so zram counts, and so does a deleted file);
/// pkg/kubelet/apis/config/validation/validation.go ties memorySwap to the gate and lists its values;
/// pkg/features/kube_features.go gives NodeSwap: alpha 1.22, beta but off 1.28, on 1.30, GA and locked 1.34;
/// `NoSwap` came and `UnlimitedSwap` went with 1.30; on cgroup v1 pods never swap since 1.28; memory-backed volumes
/// are mounted `noswap` since 1.31 where the kernel can (6.4).
enum SwapPolicyTable {
  struct Outcome: Hashable {
    var state: CheckState
    var rule: SwapRule
    /// For ``SwapRule/undecided``: what each possibility would give, the oldest version first.
    var possibilities: [Possibility] = []
  }

  struct Possibility: Hashable {
    var minors: ClosedRange<Int>
    var state: CheckState
    var rule: SwapRule
  }

  /// The versions that are tried when the kubelet's is not known: from the first with NodeSwap to the newest known.
  static let knownMinors = 22...36

  /// The verdict; where a fact is not known, the one that all its possible values share, else unknown.
  static func verdict(_ situation: SwapSituation) -> Outcome {
    var outcomes: [Int: Set<Outcome>] = [:]
    for minor in situation.minor.map({ $0...$0 }) ?? knownMinors {
      for cgroup in situation.cgroup.map({ [$0] }) ?? CgroupVersion.allCases {
        for noswap in situation.hasNoswap.map({ [$0] }) ?? [false, true] {
          outcomes[minor, default: []].insert(
            decide(situation, minor: minor, isV2: cgroup == .v2, hasNoswap: noswap))
        }
      }
    }
    let all = outcomes.values.reduce(into: Set<Outcome>()) { $0.formUnion($1) }
    let states = Set(all.map(\.state))
    guard let state = states.first, states.count == 1 else {
      return Outcome(state: .unknown, rule: .undecided, possibilities: ranges(outcomes))
    }
    // Several ways to one state: the rule of the newest version speaks.
    let newest = outcomes.max { $0.key < $1.key }?.value ?? all
    let rule = newest.map(\.rule).min { rank($0) < rank($1) }
    return Outcome(state: state, rule: rule ?? .undecided)
  }

  /// The rules in the order in which the kubelet meets them; every fact is known here.
  private static func decide(_ situation: SwapSituation, minor: Int, isV2: Bool, hasNoswap: Bool) -> Outcome {
    if let refusal = refusal(situation, minor: minor) { return Outcome(state: .failing, rule: refusal) }
    if situation.expect == .any { return Outcome(state: .ok, rule: .configured) }
    if situation.expect == .none { return Outcome(state: .warning, rule: .notExpected) }
    if let doubt = doubt(situation, minor: minor, isV2: isV2) { return Outcome(state: .warning, rule: doubt) }
    // With NoSwap no pod swaps: what is on zram serves the host alone.
    if situation.kind == .zram, situation.behavior == "NoSwap" { return Outcome(state: .ok, rule: .configured) }
    if situation.kind == .zram { return Outcome(state: .warning, rule: .zram) }
    if !hasNoswap || minor < 31 { return Outcome(state: .warning, rule: .secretsOnDisk) }
    return Outcome(state: .ok, rule: .configured)
  }

  /// Why the kubelet does not start.
  private static func refusal(_ situation: SwapSituation, minor: Int) -> SwapRule? {
    if situation.failSwapOn { return .failSwapOn }
    // Before 1.22 there was neither the gate nor the field; the field is then unknown and only warned of.
    if minor < 22 { return situation.gate != nil ? .gateNotKnown : nil }
    if minor >= 34, situation.gate == false { return .gateLocked }
    guard !situation.behavior.isEmpty else { return nil }
    guard gateIsOn(situation, minor: minor) else { return .behaviorNeedsGate }
    let allowed = minor < 30 ? ["LimitedSwap", "UnlimitedSwap"] : ["LimitedSwap", "NoSwap"]
    return allowed.contains(situation.behavior) ? nil : .behaviorNotKnown
  }

  /// Why swap, although tolerated, is not what anybody configured.
  private static func doubt(_ situation: SwapSituation, minor: Int, isV2: Bool) -> SwapRule? {
    if minor < 22 { return .beforeNodeSwap }
    if !gateIsOn(situation, minor: minor) { return .gateOff }
    if !isV2 { return .cgroupV1 }
    if minor < 28 { return .alpha }
    if situation.behavior == "UnlimitedSwap" { return .unlimited }
    return situation.behavior.isEmpty ? .behaviorNotSet : nil
  }

  private static func gateIsOn(_ situation: SwapSituation, minor: Int) -> Bool {
    minor >= 34 || situation.gate ?? (minor >= 30)
  }

  private static func rank(_ rule: SwapRule) -> Int { SwapRule.allCases.firstIndex(of: rule) ?? 0 }

  /// Neighbouring versions with the same outcome, together. A version whose outcome also hangs on something else
  /// stands there once for each.
  private static func ranges(_ outcomes: [Int: Set<Outcome>]) -> [Possibility] {
    var result: [Possibility] = []
    for minor in outcomes.keys.sorted() {
      for outcome in (outcomes[minor] ?? []).sorted(by: { rank($0.rule) < rank($1.rule) }) {
        let before = result.lastIndex { $0.minors.upperBound == minor - 1 && $0.rule == outcome.rule }
        if let before {
          result[before].minors = result[before].minors.lowerBound...minor
        } else {
          result.append(Possibility(minors: minor...minor, state: outcome.state, rule: outcome.rule))
        }
      }
    }
    return result
  }
}
