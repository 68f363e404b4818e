import AgentCore
import Testing

@testable import NodeAgent

@Suite struct CheckTrackTests {
  /// One judgement every ten seconds; what is announced after each.
  private func announced(_ states: [CheckState], _ timing: CheckTiming) -> [CheckState] {
    var track: CheckTrack?
    return states.enumerated().map { index, state in
      let verdict = Verdict("a.b", state, "\(index)")
      let time = HostTime(wallNanoseconds: 0, bootNanoseconds: 0).advanced(by: .seconds(10 * index))
      if track == nil { track = CheckTrack(first: verdict) } else { _ = track?.take(verdict, at: time, timing: timing) }
      return track?.verdict.state ?? .skipped
    }
  }

  @Test(arguments: [
    // The first judgement is announced at once, whatever the timing.
    (CheckTiming.probe, [CheckState.failing], [CheckState.failing]),
    // A fact is announced at once.
    (.fact, [.ok, .failing, .ok], [.ok, .failing, .ok]),
    // A probe needs two rounds either way; one lost answer says nothing.
    (.probe, [.ok, .failing, .ok, .ok], [.ok, .ok, .ok, .ok]),
    (.probe, [.ok, .failing, .failing, .ok, .ok], [.ok, .ok, .failing, .failing, .ok]),
    // Worse by two different states counts as worse twice; the later state is announced.
    (.probe, [.ok, .warning, .failing], [.ok, .ok, .failing]),
    // A step that changes its direction begins anew.
    (.probe, [.warning, .failing, .ok, .failing, .failing], [.warning, .warning, .warning, .warning, .failing]),
    // Less bad waits for `clear`.
    (
      CheckTiming(hold: .none, clear: .rounds(3)), [.failing, .warning, .warning, .warning],
      [.failing, .failing, .failing, .warning]
    ),
    // Not being able to look is not the end of a fault before `hold`.
    (.probe, [.failing, .unknown, .failing, .unknown, .unknown], [.failing, .failing, .failing, .failing, .unknown]),
    // By time: 20 s means the third round.
    (
      CheckTiming(hold: .lasting(.seconds(20)), clear: .none), [.ok, .failing, .failing, .failing],
      [.ok, .ok, .ok, .failing]
    ),
  ]) func announces(_ timing: CheckTiming, _ judged: [CheckState], _ expected: [CheckState]) {
    #expect(announced(judged, timing) == expected)
  }

  /// What was judged before is no second proof, neither of a fault nor of its end.
  @Test func whatIsNotFreshProvesNothing() {
    var track = CheckTrack(first: Verdict("a.b", .ok, "0"))
    var stale = Verdict("a.b", .failing, "1")
    stale.isFresh = false
    let judged = [Verdict("a.b", .failing, "1"), stale, stale, Verdict("a.b", .failing, "2")].map { verdict in
      _ = track.take(verdict, at: HostTime(wallNanoseconds: 0, bootNanoseconds: 0), timing: .probe)
      return track.verdict.state
    }
    #expect(judged == [.ok, .ok, .ok, .failing])
  }

  @Test func neitherBetterNorWorseIsToldAtOnce() {
    #expect(announced([.ok, .skipped, .ok], .probe) == [.ok, .skipped, .ok])
  }

  @Test func theSummaryFollowsEveryRoundWhileTheStateStays() {
    var track = CheckTrack(first: Verdict("a.b", .failing, "one"))
    let changed = track.take(
      Verdict("a.b", .failing, "two"), at: HostTime(wallNanoseconds: 0, bootNanoseconds: 5), timing: .probe)
    #expect(!changed)
    #expect(track.verdict.summary == "two")
    #expect(track.since == nil)
  }

  @Test func changesOlderThanTenMinutesNoLongerCountAsFlapping() {
    var track = CheckTrack(first: Verdict("a.b", .ok, ""))
    let start = HostTime(wallNanoseconds: 0, bootNanoseconds: 0)
    for (index, state) in [CheckState.failing, .ok, .failing].enumerated() {
      _ = track.take(Verdict("a.b", state, ""), at: start.advanced(by: .seconds(300 * index)), timing: .fact)
    }
    #expect(track.flaps(at: start.advanced(by: .seconds(600))) == 3)
    #expect(track.flaps(at: start.advanced(by: .seconds(601))) == 2)
    #expect(track.transitions == 3)
    #expect(track.since == start.advanced(by: .seconds(600)))
  }

  @Test func whatIsGoneFromARoundIsGone() {
    var tracks = CheckTracks()
    let time = HostTime(wallNanoseconds: 0, bootNanoseconds: 0)
    let first = tracks.take(
      [Verdict("a.b", subject: "x", .failing, ""), Verdict("a.b", subject: "y", .ok, "")], at: time, timing: [:])
    #expect(first.map(\.verdict.subject) == ["x"])
    #expect(tracks.take([Verdict("a.b", subject: "y", .warning, "")], at: time, timing: [:]).map(\.from) == [.ok])
    #expect(tracks.verdicts.map(\.subject) == ["y"])
    #expect(tracks.transitions == ["a.b": 1])
  }
}
