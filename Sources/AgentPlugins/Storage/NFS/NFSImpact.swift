/// What of a server makes those suffer that use it.
struct NFSImpact {
  /// The file systems by how their users suffer, the worst first.
  let byHarm: [(harm: NFSHarm, systems: [NFSSystemView])]

  init(of server: NFSServerView, _ settings: NFSSettings) {
    var found: [NFSHarm: [NFSSystemView]] = [:]
    for export in server.exports {
      let judge = NFSExportJudge(server: server, export: export, settings: settings, countersProblem: nil)
      for view in export.systems {
        if let harm = judge.harm(to: view) { found[harm, default: []].append(view) }
      }
    }
    byHarm = found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// All of them.
  var systems: [NFSSystemView] { byHarm.flatMap(\.systems) }
}
