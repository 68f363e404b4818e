import AgentCore
import AgentPlugins
import Testing

@testable import NodeAgent

/// What every registered plugin promises before it looks at anything.
@Suite struct CatalogueContractTests {
  static let descriptors = PluginRegistry.all.map(\.descriptor)
  static let checks = descriptors.flatMap(\.checks)

  @Test func thereArePlugins() { #expect(!Self.checks.isEmpty) }

  @Test func namesAreWellFormedAndUnique() {
    for descriptor in Self.descriptors {
      for check in descriptor.checks {
        #expect(check.id.isWellFormed, "\(check.id)")
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
    #expect(check.worst == .warning || check.worst == .failing)
    #expect(check.worst == .failing || check.lost.isEmpty, "what only warns loses nothing")
  }

  @Test(arguments: descriptors.map(\.name)) func aPluginHasATimeForItsRounds(_ name: String) throws {
    let descriptor = try #require(Self.descriptors.first { $0.name == name })
    #expect(descriptor.deadline > .zero && descriptor.deadline <= descriptor.interval)
    #expect(!descriptor.summary.isEmpty)
    let own = Set(descriptor.checks.map(\.id))
    for requirement in descriptor.requirements {
      #expect(!requirement.checks.isEmpty && own.isSuperset(of: requirement.checks))
      #expect(!requirement.permission.isEmpty)
    }
  }

  @Test func explanationsNeverGoInACircle() {
    let explained = Dictionary(uniqueKeysWithValues: Self.checks.map { ($0.id, $0.dependsOn.map(\.check)) })
    for check in Self.checks {
      var reached: Set<CheckID> = []
      var next = check.dependsOn.map(\.check)
      while let id = next.popLast() {
        if reached.insert(id).inserted { next += explained[id] ?? [] }
      }
      #expect(!reached.contains(check.id), "\(check.id)")
    }
  }
}
