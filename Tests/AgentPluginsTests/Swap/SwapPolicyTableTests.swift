import AgentCore
import AgentHost
import Testing

@testable import AgentPlugins

@Suite("The swap table")
struct SwapPolicyTableTests {
  /// One row: the gate, the versions, and the outcome for each of the behaviors below. `K` the kubelet does not start,
  /// `w` warning, `o` ok. Partition, failSwapOn=false, cgroup v2, kernel 6.4, expect configured.
  static let rows: [(gate: Bool?, minors: ClosedRange<Int>, outcomes: String)] = [
    // Before 1.22 neither gate nor field exists: the field is ignored, the gate is an error.
    (nil, 20...21, "wwwww"), (true, 20...21, "KKKKK"), (false, 20...21, "KKKKK"),
    // 1.22 alpha, off; the field needs the gate; LimitedSwap and UnlimitedSwap.
    (nil, 22...27, "wKKKK"), (true, 22...27, "wKwwK"), (false, 22...27, "wKKKK"),
    // 1.28 beta, still off; cgroup v2 only.
    (nil, 28...29, "wKKKK"), (true, 28...29, "wKwwK"), (false, 28...29, "wKKKK"),
    // 1.30 on by default; NoSwap comes, UnlimitedSwap goes; volumes are not mounted noswap yet.
    (nil, 30...30, "wwwKK"), (true, 30...30, "wwwKK"), (false, 30...30, "wKKKK"),
    // 1.31 mounts memory-backed volumes noswap.
    (nil, 31...33, "wooKK"), (true, 31...33, "wooKK"), (false, 31...33, "wKKKK"),
    // 1.34 GA: the gate is locked to true.
    (nil, 34...40, "wooKK"), (true, 34...40, "wooKK"), (false, 34...40, "KKKKK"),
  ]
  static let behaviors = ["", "NoSwap", "LimitedSwap", "UnlimitedSwap", "limitedswap"]

  private func letter(_ situation: SwapSituation) -> Character {
    switch SwapPolicyTable.verdict(situation).state {
    case .failing: "K"
    case .warning: "w"
    case .ok: "o"
    case .unknown: "?"
    case .skipped: "-"
    }
  }

  @Test("every version, gate and behavior", arguments: rows)
  func table(gate: Bool?, minors: ClosedRange<Int>, outcomes: String) {
    for minor in minors {
      let found = Self.behaviors.map { behavior in
        letter(
          SwapSituation(
            failSwapOn: false, behavior: behavior, gate: gate, cgroup: .v2, minor: minor, hasNoswap: true))
      }
      #expect(String(found) == outcomes, "1.\(minor)")
    }
  }

  @Test(
    "the rule that speaks",
    arguments: [
      (SwapSituation(minor: 8), .failSwapOn), (SwapSituation(), .failSwapOn),
      (SwapSituation(failSwapOn: false, gate: true, cgroup: .v2, minor: 21, hasNoswap: true), .gateNotKnown),
      (SwapSituation(failSwapOn: false, cgroup: .v2, minor: 21, hasNoswap: true), .beforeNodeSwap),
      (SwapSituation(failSwapOn: false, behavior: "LimitedSwap", minor: 29), .behaviorNeedsGate),
      (SwapSituation(failSwapOn: false, cgroup: .v2, minor: 29, hasNoswap: true), .gateOff),
      (SwapSituation(failSwapOn: false, gate: true, cgroup: .v2, minor: 27, hasNoswap: true), .alpha),
      (SwapSituation(failSwapOn: false, behavior: "UnlimitedSwap", gate: true, cgroup: .v2, minor: 29), .unlimited),
      (SwapSituation(failSwapOn: false, behavior: "UnlimitedSwap", minor: 30), .behaviorNotKnown),
      (SwapSituation(failSwapOn: false, behavior: "NoSwap", gate: true, minor: 29), .behaviorNotKnown),
      (SwapSituation(failSwapOn: false, behavior: "LimitedSwap", cgroup: .v1, minor: 32, hasNoswap: true), .cgroupV1),
      (SwapSituation(failSwapOn: false, cgroup: .v2, minor: 32, hasNoswap: true), .behaviorNotSet),
      (SwapSituation(failSwapOn: false, gate: false, minor: 34), .gateLocked),
      (
        SwapSituation(kind: .zram, failSwapOn: false, behavior: "LimitedSwap", cgroup: .v2, minor: 34, hasNoswap: true),
        .zram
      ),
      (
        SwapSituation(kind: .zram, failSwapOn: false, behavior: "NoSwap", cgroup: .v2, minor: 34, hasNoswap: true),
        .configured
      ),
      (
        SwapSituation(failSwapOn: false, behavior: "LimitedSwap", cgroup: .v2, minor: 34, hasNoswap: false),
        .secretsOnDisk
      ),
      (
        SwapSituation(failSwapOn: false, behavior: "LimitedSwap", cgroup: .v2, minor: 30, hasNoswap: true),
        .secretsOnDisk
      ),
      (SwapSituation(failSwapOn: false, behavior: "NoSwap", cgroup: .v2, minor: 34, hasNoswap: true), .configured),
      (
        SwapSituation(failSwapOn: false, behavior: "NoSwap", cgroup: .v2, minor: 34, hasNoswap: true, expect: .none),
        .notExpected
      ),
      (SwapSituation(failSwapOn: false, cgroup: .v1, minor: 34, hasNoswap: false, expect: .any), .configured),
      (SwapSituation(failSwapOn: false, behavior: "LimitedSwap", cgroup: .v2, hasNoswap: true), .undecided),
    ] as [(SwapSituation, SwapRule)])
  func rule(situation: SwapSituation, expected: SwapRule) {
    #expect(SwapPolicyTable.verdict(situation).rule == expected)
  }

  /// Every combination of everything.
  private static let all: [SwapSituation] = {
    var all: [SwapSituation] = []
    for kind in SwapDevice.Kind.allCases {
      for failSwapOn in [false, true] {
        for behavior in behaviors {
          for gate in [nil, false, true] as [Bool?] {
            for cgroup in [nil, .v1, .v2] as [CgroupVersion?] {
              for minor in [nil, 21, 22, 27, 28, 29, 30, 31, 33, 34, 36] as [Int?] {
                for hasNoswap in [nil, false, true] as [Bool?] {
                  for expect in SwapExpectation.allCases {
                    all.append(
                      SwapSituation(
                        kind: kind, failSwapOn: failSwapOn, behavior: behavior, gate: gate, cgroup: cgroup,
                        minor: minor, hasNoswap: hasNoswap, expect: expect))
                  }
                }
              }
            }
          }
        }
      }
    }
    return all
  }()

  @Test("failSwapOn fails whatever else is set")
  func failSwapOn() {
    let wrong = Self.all.filter { $0.failSwapOn && SwapPolicyTable.verdict($0).state != .failing }
    #expect(wrong.isEmpty)
  }

  @Test("what is known is never unknown, and an unknown names its possibilities")
  func unknown() {
    for situation in Self.all {
      let outcome = SwapPolicyTable.verdict(situation)
      let isKnown = situation.minor != nil && situation.cgroup != nil && situation.hasNoswap != nil
      if (outcome.state == .unknown) == isKnown, isKnown { Issue.record("\(situation)") }
      if (outcome.rule == .undecided) != (outcome.state == .unknown) { Issue.record("\(situation)") }
      if outcome.state == .unknown, Set(outcome.possibilities.map(\.state)).count < 2 { Issue.record("\(situation)") }
    }
  }

  @Test("an unknown fact gives a state only if every value of it gives that state")
  func agreement() {
    for situation in Self.all where situation.hasNoswap == nil || situation.cgroup == nil {
      let state = SwapPolicyTable.verdict(situation).state
      guard state != .unknown else { continue }
      for cgroup in CgroupVersion.allCases where situation.cgroup ?? cgroup == cgroup {
        for noswap in [false, true] where situation.hasNoswap ?? noswap == noswap {
          var known = situation
          known.cgroup = cgroup
          known.hasNoswap = noswap
          if SwapPolicyTable.verdict(known).state != state { Issue.record("\(known)") }
        }
      }
    }
  }

  @Test("expect none is never ok, expect any never warns")
  func expectations() {
    let wrong = Self.all.filter {
      let state = SwapPolicyTable.verdict($0).state
      return $0.expect == .none && state == .ok || $0.expect == .any && state == .warning
    }
    #expect(wrong.isEmpty)
  }

  @Test("an unknown version lists the ranges in which versions differ")
  func ranges() {
    let outcome = SwapPolicyTable.verdict(
      SwapSituation(failSwapOn: false, behavior: "LimitedSwap", cgroup: .v2, hasNoswap: true))
    #expect(
      outcome.possibilities == [
        .init(minors: 22...29, state: .failing, rule: .behaviorNeedsGate),
        .init(minors: 30...30, state: .warning, rule: .secretsOnDisk),
        .init(minors: 31...36, state: .ok, rule: .configured),
      ])
  }

  @Test(
    "kernel releases",
    arguments: [
      ("6.4.0", true), ("6.4-rc1", true), ("6.12.48+deb13-amd64", true), ("6.1.0-28-amd64", false),
      ("5.14.0-503.el9", false),
      ("7.0", true), ("", nil), ("6", nil), ("x.y", nil),
    ] as [(String, Bool?)])
  func kernel(release: String, expected: Bool?) { #expect(KernelRelease(release)?.hasTmpfsNoswap == expected) }
}
