import AgentCore
import AgentPlugins

/// Which checks a command runs: those that `--only` names, less those that `--skip` names.
struct CheckSelection: Sendable {
  private let only: [String]
  private let skip: [String]

  /// - Throws: ``UnknownCheckName``.
  init(only: [String], skip: [String], registry: [Registration]) throws(UnknownCheckName) {
    let known = Self.names(registry)
    for name in only + skip where !known.contains(name) {
      throw UnknownCheckName(name: name, near: NearNames.near(name, in: known.sorted()))
    }
    self.only = only
    self.skip = skip
  }

  /// Whether a check is wanted.
  func includes(_ check: CheckID, of descriptor: PluginDescriptor) -> Bool {
    let names: Set = [check.description, descriptor.name, descriptor.area.rawValue]
    return (only.isEmpty || only.contains(where: names.contains)) && !skip.contains(where: names.contains)
  }

  private static func names(_ registry: [Registration]) -> Set<String> {
    registry.reduce(into: Set(Area.allCases.map(\.rawValue))) { names, entry in
      names.insert(entry.descriptor.name)
      names.formUnion(entry.descriptor.checks.map(\.id.description))
    }
  }
}

/// A name that is no check, plugin or area.
struct UnknownCheckName: Error, CustomStringConvertible {
  var name: String
  var near: [String]

  var description: String {
    let hint = near.isEmpty ? "." : "; did you mean \(near.joined(separator: ", "))?"
    return "'\(name)' is no check, plugin or area\(hint) See 'nodeagent checks'."
  }
}
