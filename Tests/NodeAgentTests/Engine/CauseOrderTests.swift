import AgentCore
import Testing

@testable import NodeAgent

@Suite struct CauseOrderTests {
  private static func check(_ id: CheckID, _ dependsOn: [Dependency] = []) -> CheckDefinition {
    CheckDefinition(
      id, title: "", why: "", source: "", confirm: "", remedy: "", undo: "", worst: .failing, dependsOn: dependsOn)
  }

  private let definitions = [
    check("disk.space"), check("etcd.health", [Dependency("disk.space", subject: .named("/var/lib/etcd"))]),
    check("apiserver.members", [Dependency("etcd.health")]), check("nfs.server"),
    check("nfs.responding", [Dependency("nfs.server", subject: .same)]),
    check("a.loop", [Dependency("b.loop")]), check("b.loop", [Dependency("a.loop")]),
  ]

  private func root(of key: VerdictKey, _ verdicts: [Verdict]) -> VerdictKey? {
    CauseOrder(definitions: definitions, verdicts: verdicts).root(of: key)
  }

  @Test func aChainLeadsToItsRoot() {
    let verdicts = [
      Verdict("disk.space", subject: "/var/lib/etcd", .failing, ""), Verdict("etcd.health", .failing, ""),
      Verdict("apiserver.members", .failing, ""),
    ]
    let disk = VerdictKey(check: "disk.space", subject: "/var/lib/etcd")
    #expect(root(of: verdicts[2].key, verdicts) == disk)
    #expect(root(of: verdicts[1].key, verdicts) == disk)
    #expect(root(of: disk, verdicts) == nil)
  }

  @Test func anotherSubjectExplainsNothing() {
    let disk = [Verdict("disk.space", subject: "/", .failing, ""), Verdict("etcd.health", .failing, "")]
    #expect(root(of: disk[1].key, disk) == nil)
    let nfs = [
      Verdict("nfs.server", subject: "nas1", .failing, ""), Verdict("nfs.responding", subject: "nas1", .failing, ""),
      Verdict("nfs.responding", subject: "nas2", .failing, ""),
    ]
    #expect(root(of: nfs[1].key, nfs) == nfs[0].key)
    #expect(root(of: nfs[2].key, nfs) == nil)
  }

  @Test(arguments: [
    (CheckState.failing, CheckState.unknown, true), (.failing, .warning, true), (.warning, .warning, true),
    (.warning, .failing, false), (.unknown, .failing, false), (.ok, .failing, false), (.skipped, .failing, false),
  ]) func onlyWhatIsAtLeastAsBadExplains(cause: CheckState, finding: CheckState, explains: Bool) {
    let verdicts = [Verdict("etcd.health", cause, ""), Verdict("apiserver.members", finding, "")]
    #expect((root(of: verdicts[1].key, verdicts) != nil) == explains)
  }

  @Test func aLoopOfDependenciesEnds() {
    let verdicts = [Verdict("a.loop", .failing, ""), Verdict("b.loop", .failing, "")]
    #expect(root(of: verdicts[0].key, verdicts) != nil)
  }
}
