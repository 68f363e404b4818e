import AgentKnowledge
import AgentCore
import AgentText

/// Whether everything that is exported is there and served.
struct ServedExportsJudge {
  let served: ServedExports

  private struct Finding {
    var state: CheckState
    var words: String
    var evidence: Evidence
    var remedy: String?
  }

  var verdict: Verdict {
    let check = NFSServerPlugin.check.id
    guard !served.exports.isEmpty else {
      return Verdict(
        check, .warning, "nothing is exported: /etc/exports and /etc/exports.d name no directory",
        remedy: "add the directory to /etc/exports; exportfs -ra; exportfs -v")
    }
    let findings = served.exports.flatMap(judge) + threads
    guard let worst = findings.min(by: { $0.state.urgency < $1.state.urgency }) else {
      let count = served.exports.count
      return Verdict(
        check, .ok, "\(count) \(count == 1 ? "directory is" : "directories are") exported",
        evidence: served.exports.map { Evidence($0.export.source, PlainText.short($0.export.path)) })
    }
    let others = findings.count - 1
    return Verdict(
      check, worst.state, worst.words + (others > 0 ? ", and \(others) more" : ""), evidence: findings.map(\.evidence),
      remedy: worst.remedy)
  }

  private func judge(_ export: ServedExports.Export) -> [Finding] {
    let path = PlainText.short(export.export.path)
    let source = export.export.source
    switch export.place {
    case .missing:
      return [
        Finding(
          state: .failing, words: "\(path) is exported and does not exist", evidence: Evidence(source, path),
          remedy: "mount -a; ls -ld \(path)")
      ]
    case .unmounted(let point):
      return [
        Finding(
          state: .failing, words: "\(path) is exported without its disk: \(PlainText.short(point)) is not mounted",
          evidence: Evidence("/etc/fstab", PlainText.short(point)),
          remedy: "mount \(PlainText.short(point)); exportfs -ra")
      ]
    case .unseen(let words):
      return [Finding(state: .unknown, words: "\(path): \(words)", evidence: Evidence(source, path))]
    case .present: break
    }
    guard let told = served.told, !told.contains(export.export.path) else { return [] }
    return [
      Finding(
        state: .failing, words: "\(path) stands in \(source) and is not exported",
        evidence: Evidence(ServedExports.etab, "without \(path)"), remedy: "exportfs -ra; exportfs -v")
    ]
  }

  private var threads: [Finding] {
    guard let told = served.told, !told.isEmpty else { return [] }
    guard !served.threads.isEmpty else {
      return [
        Finding(
          state: .failing, words: "no nfsd thread runs: nobody is served", evidence: Evidence("/proc", "no nfsd"),
          remedy: "systemctl restart nfs-server.service")
      ]
    }
    guard served.threads.allSatisfy({ $0 == "D" || $0 == "R" }) else { return [] }
    return [
      Finding(
        state: .warning, words: "all \(served.threads.count) nfsd threads are busy: new requests wait",
        evidence: Evidence("/proc", "nfsd: " + String(served.threads)),
        remedy: "iostat -x 1 5; nfsconf --set nfsd threads 16; systemctl restart nfs-server.service")
    ]
  }
}
