import AgentCore
import AgentPlugins
import Testing

@testable import NodeAgent

/// What every registered plugin promises before it looks at anything.
@Suite struct CatalogueContractTests {
  static let descriptors = PluginRegistry.all.map(\.descriptor)
  static let checks = descriptors.flatMap(\.checks)

  @Test func thereArePlugins() { #expect(!Self.checks.isEmpty) }

  /// `plugin.check` in lower-case letters, digits and inner hyphens.
  static var name: Regex<Substring> {
    /[a-z0-9]+(?:-[a-z0-9]+)*\.[a-z0-9]+(?:-[a-z0-9]+)*/
  }

  @Test func namesAreWellFormedAndUnique() {
    for descriptor in Self.descriptors {
      for check in descriptor.checks {
        #expect(check.id.description.wholeMatch(of: Self.name) != nil, "\(check.id)")
        #expect(check.id.plugin == descriptor.name, "\(check.id)")
      }
    }
    #expect(Set(Self.checks.map(\.id)).count == Self.checks.count)
    #expect(Set(Self.descriptors.map(\.name)).count == Self.descriptors.count)
  }

  @Test(arguments: checks) func everyCheckHasAllItsTexts(_ check: CheckDefinition) {
    let texts = [check.title, check.why, check.source, check.confirm, check.remedy, check.undo]
    for text in texts {
      #expect(text.count > 3 && !text.hasPrefix(" ") && !text.hasSuffix(" "), "\(check.id): '\(text)'")
    }
    #expect([.ok, .warning, .failing].contains(check.worst))
    #expect(check.worst == .failing || check.lost.isEmpty, "what only warns loses nothing")
    #expect(check.worst != .ok || check.atRisk.isEmpty, "what only informs puts nothing at risk")
  }

  @Test(arguments: descriptors.map(\.name)) func aPluginHasATimeForItsRounds(_ name: String) throws {
    let descriptor = try #require(Self.descriptors.first { $0.name == name })
    #expect(descriptor.deadline > .zero && descriptor.deadline <= descriptor.rhythm.interval(for: Set(Role.allCases)))
    #expect(!descriptor.summary.isEmpty)
    let own = Set(descriptor.checks.map(\.id))
    for requirement in descriptor.requirements {
      #expect(!requirement.checks.isEmpty && own.isSuperset(of: requirement.checks))
      #expect(!requirement.permission.isEmpty)
    }
  }

  @Test func explanationsNeverGoInACircle() {
    for check in Self.checks {
      // The subjects that dependencies single out, and one that none does.
      for subject in Set(check.dependsOn.compactMap(\.finding) + ["another"]) {
        let start = Finding(check: check.id, subject: subject)
        #expect(!Self.explanations(of: start).contains { $0.meets(start) }, "\(start)")
      }
    }
  }

  /// A check's finding on one subject; nil for any subject.
  private struct Finding: Hashable {
    var check: CheckID
    var subject: String?

    func meets(_ other: Finding) -> Bool {
      check == other.check && (subject == nil || other.subject == nil || subject == other.subject)
    }
  }

  /// Everything that may explain a finding, directly or by what explains it.
  private static func explanations(of start: Finding) -> Set<Finding> {
    var reached: Set<Finding> = []
    var next = direct(start)
    while let finding = next.popLast() {
      if reached.insert(finding).inserted { next += direct(finding) }
    }
    return reached
  }

  private static func direct(_ finding: Finding) -> [Finding] {
    let dependencies = checks.first { $0.id == finding.check }?.dependsOn ?? []
    return dependencies.filter { $0.finding == nil || finding.subject == nil || $0.finding == finding.subject }.map {
      switch $0.subject {
      case .any, .firstWord: Finding(check: $0.check, subject: nil)
      case .same: Finding(check: $0.check, subject: finding.subject)
      case .named(let name): Finding(check: $0.check, subject: name)
      }
    }
  }
}
