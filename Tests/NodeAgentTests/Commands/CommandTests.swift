import AgentTesting
import Foundation
import Testing

@testable import NodeAgent

/// The program from outside: output, errors and exit status as the contract has them.
@Suite struct CommandTests {
  @Test(arguments: ["doctor", "metrics", "run"]) func anUnknownCheckIsWrongUsageAndNearOnesAreNamed(command: String)
    throws
  {
    let result = try Program.run(command, "--only", "swap.polcy")
    #expect(result.status == 64)
    #expect(
      result.error
        == "'swap.polcy' is no check, plugin or area; did you mean swap.policy, swap? See 'nodeagent checks'.\n")
    #expect(result.output.isEmpty)
  }

  @Test func explainNamesNearChecksToo() throws {
    let result = try Program.run("explain", "swap.polic")
    #expect(result.status == 64)
    #expect(result.error.contains("did you mean swap.policy?"))
    let right = try Program.run("explain", "swap.policy")
    #expect(right.status == 0)
    for section in ["Why it matters", "Facts from", "Confirm", "Mend", "Undo"] {
      #expect(right.output.contains(section))
    }
  }

  @Test(arguments: [
    ["doctor", "--role", "king"], ["doctor", "--timeout", "0"], ["doctor", "--timeout", "x"],
    ["doctor", "--output", "xml"],
    ["doctor", "--role", "auto", "--role", "worker"], ["frobnicate"], ["run", "--listen", "localhost:19100"],
    ["doctor", "--root", "/nonexistent/root"], ["checks", "--directory", "/tmp/x"],
  ]) func wrongUsageIs64(arguments: [String]) throws {
    let result = try Program.start(arguments).finish()
    #expect(result.status == 64)
    #expect(!result.error.isEmpty)
    #expect(result.output.isEmpty)
  }

  @Test func everyMistakeOfAConfigurationIsNamedWithItsPlaceAndIs78() throws {
    let tree = try TemporaryTree([
      "c.yaml": """
      rol: worker
      listen: 19100
      status: everybody
      checks:
        swap.polcy: {enabled: false}
        swap.policy: {expect: maybe, hold: soon, enable: true}
      plugins:
        swap: {interval: 5, timeout: 1ms}
        nfs: {interval: 99999d}
      """
    ])
    let file = tree.path + "/c.yaml"
    for command in [["config", "check", file], ["doctor", "--config", file], ["run", "--config", file]] {
      let result = try Program.start(command).finish()
      #expect(result.status == 78)
      #expect(result.output.isEmpty)
      let places = result.error.split(separator: "\n").map { String($0.dropFirst(file.count + 1).prefix { $0 != " " }) }
      #expect(
        places == ["1:1:", "2:9:", "3:9:", "5:3:", "6:25:", "6:38:", "6:44:", "8:20:", "8:32:", "9:19:"],
        "\(result.error)")
      #expect(result.error.contains("key 'rol': unknown key (did you mean 'role'?)"))
      #expect(
        result.error.contains(
          "key 'checks.swap.policy.expect': 'maybe' is none of the values; allowed: none, configured, any"))
    }
  }

  @Test func aNamedConfigurationMustBeThere() throws {
    let result = try Program.run("doctor", "--config", "/nonexistent/nodeagent.yaml")
    #expect(result.status == 78)
    #expect(result.error == "/nonexistent/nodeagent.yaml: no such file\n")
  }

  @Test(arguments: ConfigurationExample.allCases) func anExampleIsARightConfiguration(_ example: ConfigurationExample)
    throws
  {
    let printed = try Program.run("config", "example", example.rawValue)
    #expect(printed.status == 0)
    let tree = try TemporaryTree(["c.yaml": printed.output])
    let checked = try Program.run("config", "check", tree.path + "/c.yaml")
    #expect(checked.status == 0, "\(checked.error)")
  }

  @Test(arguments: RecordedHost.all) func doctorEndsWithTheStatusOfItsReport(_ host: RecordedHost) async throws {
    let result = try Program.run("doctor", "--root", host.path)
    #expect(result.status == (try await host.look().report.exitStatus))
    #expect(result.error.isEmpty)
  }

  @Test func aCheckThatIsSwitchedOffIsSkippedWithTheReason() throws {
    let host = try #require(RecordedHost.all.first { $0.name == "worker-pi" })
    let tree = try TemporaryTree(["c.yaml": "checks:\n  swap.policy: {enabled: false}\n"])
    let result = try Program.run(
      "doctor", "--root", host.path, "--config", tree.path + "/c.yaml", "--only", "swap.policy", "--output", "json")
    #expect(result.status == 0)
    #expect(result.output.contains("switched off in \(tree.path)/c.yaml:2"))
  }

  @Test func doctorAsNobodyNeverFailsForWantOfRights() throws {
    guard getuid() == 0 else { return }
    let result = try Program.run(
      "--reuid", "65534", "--regid", "65534", "--clear-groups", Program.path, "doctor", "--output", "json",
      program: "/usr/bin/setpriv")
    #expect([0, 1, 2, 3].contains(result.status), "\(result.error)")
    #expect(result.error.isEmpty)
    #expect(result.output.hasPrefix("{"))
  }
}
