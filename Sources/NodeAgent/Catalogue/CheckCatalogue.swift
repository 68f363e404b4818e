import AgentCore
import AgentPlugins
import FoundationEssentials

/// Every check of the registered plugins, in the order of reports.
struct CheckCatalogue: Sendable {
  struct Entry: Sendable {
    var check: CheckDefinition
    var plugin: PluginDescriptor
  }

  let entries: [Entry]

  init(_ registry: [Registration]) {
    entries = Area.allCases.flatMap { area in
      registry.map(\.descriptor).filter { $0.area == area }
        .flatMap { plugin in plugin.checks.map { Entry(check: $0, plugin: plugin) } }
    }
  }

  func entry(_ name: String) -> Entry? { entries.first { $0.check.id.description == name } }

  /// A line for every check, grouped by area.
  func text() -> String {
    let width = (entries.map(\.check.id.description.count).max() ?? 0) + 2
    var lines: [String] = []
    var area: Area?
    for entry in entries {
      if entry.plugin.area != area {
        if area != nil { lines.append("") }
        lines.append(entry.plugin.area.rawValue)
        area = entry.plugin.area
      }
      let name = entry.check.id.description
      lines.append("  " + name + String(repeating: " ", count: width - name.count) + entry.check.title)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// All texts of all checks.
  func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return Array(try encoder.encode(["checks": entries.map(CatalogueRow.init)])) + [UInt8(ascii: "\n")]
  }
}

private struct CatalogueRow: Encodable {
  var check, plugin, area, title, why, source, confirm, remedy, undo, worst: String
  var subject: String?
  var lost, atRisk, dependsOn: [String]
  var requires: [CatalogueRequirement]

  private enum CodingKeys: String, CodingKey {
    case check, plugin, area, title, why, source, confirm, remedy, undo, worst, subject, lost, requires
    case atRisk = "at_risk"
    case dependsOn = "depends_on"
  }

  init(_ entry: CheckCatalogue.Entry) {
    let definition = entry.check
    check = definition.id.description
    plugin = entry.plugin.name
    area = entry.plugin.area.rawValue
    title = definition.title
    why = definition.why
    source = definition.source
    confirm = definition.confirm
    remedy = definition.remedy
    undo = definition.undo
    worst = definition.worst.rawValue
    subject = definition.subject
    lost = definition.lost.map(\.rawValue)
    atRisk = definition.atRisk.map(\.rawValue)
    dependsOn = definition.dependsOn.map(\.check.description)
    requires = entry.plugin.requirements.filter { $0.checks.contains(definition.id) }.map(CatalogueRequirement.init)
  }
}

/// What a check must be allowed to do, as the unit file and the documentation of privileges take it from here.
private struct CatalogueRequirement: Encodable {
  /// `file` or `capability`.
  var kind: String
  var name, permission: String

  init(_ requirement: Requirement) {
    switch requirement.resource {
    case .file(let path): (kind, name) = ("file", path)
    case .capability(let capability): (kind, name) = ("capability", capability.name)
    }
    permission = requirement.permission
  }
}
