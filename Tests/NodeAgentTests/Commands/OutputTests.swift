import AgentTesting
import Foundation
import Testing

@testable import NodeAgent

/// The forms in which `doctor` reports, from outside: output, errors and exit status.
@Suite struct OutputTests {
  /// A worker on which swap is on.
  private static func worker(swaps: String = "/dev/sda3 partition 4194300 0 -2\n") throws -> TemporaryTree {
    try TemporaryTree([
      "etc/kubernetes/kubelet.conf": "", "var/lib/kubelet/config.yaml": "kind: KubeletConfiguration\n",
      "proc/swaps": "Filename Type Size Used Priority\n" + swaps, "recorded.yaml": "time: 1795230000\n",
    ])
  }

  private func doctor(_ tree: TemporaryTree, _ arguments: String...) throws -> Program.Result {
    try Program.start(["doctor", "--root", tree.path, "--only", "swap.policy"] + arguments).finish()
  }

  @Test func nagiosGetsOneLineAndItsStatus() throws {
    let failing = try doctor(Self.worker(), "--output", "nagios")
    #expect(failing.status == 2)
    #expect(failing.error.isEmpty)
    #expect(failing.output.hasPrefix("NODEAGENT CRITICAL - 1 failing: swap.policy /dev/sda3: "))
    #expect(failing.output.hasSuffix(" | failing=1;;0 warning=0;0 unknown=0 ok=0 skipped=0\n"))
    #expect(failing.output.count { $0 == "\n" } == 1)
    let well = try doctor(Self.worker(swaps: ""), "-o", "nagios")
    #expect(well.status == 0)
    #expect(well.output == "NODEAGENT OK - all well | failing=0;;0 warning=0;0 unknown=0 ok=1 skipped=0\n")
    let unseen = try doctor(TemporaryTree(), "--output=nagios")
    #expect(unseen.status == 3)
    #expect(unseen.output.hasPrefix("NODEAGENT UNKNOWN - 1 could not be checked: swap.policy: "))
  }

  @Test(arguments: [
    ["--output", "nagios", "--role", "king"], ["--role", "king", "--output", "nagios"], ["-o", "nagios", "--frob"],
    ["--output=nagios", "--timeout", "0"], ["-vo", "nagios", "--only", "swap.polcy"],
    ["--output", "nagios", "--root", "/nonexistent/root"],
    ["--output", "nagios", "--config", "/nonexistent/nodeagent.yaml"], ["--output", "nagios", "--output"],
  ]) func forNagiosEveryMistakeIsUnknownAndItsMessageTheLine(arguments: [String]) throws {
    let result = try Program.start(["doctor"] + arguments).finish()
    #expect(result.status == 3)
    #expect(result.error.isEmpty)
    #expect(result.output.hasPrefix("NODEAGENT UNKNOWN - "))
    #expect(result.output.count > "NODEAGENT UNKNOWN - \n".count)
    #expect(result.output.hasSuffix("\n"))
  }

  @Test func aWrongConfigurationIsNamedWithItsPlaceForNagiosToo() throws {
    let tree = try TemporaryTree(["c.yaml": "rol: worker\nstatus: everybody\n"])
    let result = try Program.run("doctor", "--output", "nagios", "--config", tree.path + "/c.yaml")
    #expect(result.status == 3)
    let lines = result.output.split(separator: "\n")
    #expect(lines.first?.hasPrefix("NODEAGENT UNKNOWN - \(tree.path)/c.yaml:1:1: key 'rol': unknown key") == true)
    #expect(lines.count == 2)
  }

  @Test(arguments: [
    (["nodeagent", "doctor", "--output", "nagios"], true), (["nodeagent", "doctor", "--output=nagios"], true),
    (["nodeagent", "doctor", "-o", "nagios"], true), (["nodeagent", "doctor", "-o=nagios"], true),
    (["nodeagent", "doctor", "-vo", "nagios"], true), (["nodeagent", "doctor"], false),
    (["nodeagent", "doctor", "--output", "json"], false), (["nodeagent", "doctor", "--only", "nagios"], false),
    (["nodeagent", "checks", "--output", "nagios"], false), (["doctor", "--output", "nagios"], false),
    (["nodeagent"], false), ([], false),
  ]) func theCommandLineTellsWhetherNagiosAsks(arguments: [String], asks: Bool) {
    #expect(CommandExit.wantsNagios(arguments) == asks)
  }

  @Test func helpIsNoMistakeForNagiosEither() throws {
    let result = try Program.run("doctor", "--output", "nagios", "--help")
    #expect(result.status == 0)
    #expect(result.output.contains("USAGE: nodeagent doctor"))
  }

  @Test func junitGetsADocumentAndTheReportsStatus() throws {
    let result = try doctor(Self.worker(), "--output", "junit")
    #expect(result.status == 2)
    #expect(
      result.output.hasPrefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"nodeagent\" tests=\"1\""))
    #expect(result.output.contains("<testcase classname=\"swap\" name=\"swap.policy /dev/sda3\" time=\"0.000000\">"))
    #expect(result.output.hasSuffix("</testsuites>\n"))
  }

  @Test(arguments: RecordedHost.all) func prometheusGetsWhatTheCommandMetricsPrints(_ host: RecordedHost) throws {
    let report = try Program.run("doctor", "--root", host.path, "--output", "prometheus")
    let metrics = try Program.run("metrics", "--root", host.path)
    #expect(report.output == metrics.output)
    #expect(report.output.contains("nodeagent_check_state{"))
    #expect(!report.output.contains("process_"))
    #expect(report.status == (try Program.run("doctor", "--root", host.path)).status)
  }
}
