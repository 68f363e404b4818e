import AgentCore
import AgentTesting
import Foundation
import FoundationXML
import Testing

@testable import NodeAgent

/// Debian's libxml2-utils brings xmllint; `make setup` installs it.
private let xmllint = "/usr/bin/xmllint"

@Suite struct JUnitReportTests {
  private static let mixed = SampleReport.make([
    SampleReport.Round(
      plugin: "swap",
      verdicts: [
        Verdict(
          "swap.policy", subject: "/dev/sda3", .failing, "swap is on", evidence: [Evidence("/proc/swaps", "/dev/sda3")],
          remedy: "swapoff /dev/sda3"),
        Verdict("swap.persistent", .warning, "comes back"),
      ]),
    SampleReport.Round(
      plugin: "nfs", area: .storage, seconds: 2,
      verdicts: [
        Verdict("nfs.server", subject: "nas", .unknown, "no answer", evidence: [Evidence("nas:2049", "timeout")]),
        Verdict("nfs.space", .skipped, "no mount"), Verdict("nfs.pods", .ok, "none"),
        Verdict("nfs.responding", .failing, "stuck"),
      ]),
    SampleReport.Round(
      plugin: "kubelet", area: .runtime, seconds: 0, verdicts: [Verdict("kubelet.healthz", .failing, "refused")],
      dependsOn: [Dependency("nfs.responding")]),
  ])

  @Test func everyVerdictIsACaseOfItsArea() {
    #expect(
      JUnitReport.render(Self.mixed) == """
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="nodeagent" tests="7" failures="4" errors="1" time="2.500000">
          <testsuite name="prerequisites" tests="2" failures="2" errors="0" skipped="0" time="0.500000" \
        timestamp="2026-11-21T03:00:00" hostname="n100-001">
            <properties>
              <property name="nodeagent.version" value="0.1.0"/>
              <property name="host.arch" value="x86_64"/>
              <property name="host.roles" value="worker"/>
              <property name="host.system" value="Debian GNU/Linux 12"/>
              <property name="host.kernel" value="6.1.0"/>
            </properties>
            <testcase classname="swap" name="swap.policy /dev/sda3" time="0.250000">
              <failure message="swap is on" type="failing">saw /proc/swaps: /dev/sda3
        hits workloads, storage
        type swapoff /dev/sda3</failure>
            </testcase>
            <testcase classname="swap" name="swap.persistent" time="0.250000">
              <failure message="comes back" type="warning">hits storage
        type mend swap.persistent</failure>
            </testcase>
          </testsuite>
          <testsuite name="runtime" tests="1" failures="1" errors="0" skipped="0" time="0.000000" \
        timestamp="2026-11-21T03:00:00" hostname="n100-001">
            <properties>
              <property name="nodeagent.version" value="0.1.0"/>
              <property name="host.arch" value="x86_64"/>
              <property name="host.roles" value="worker"/>
              <property name="host.system" value="Debian GNU/Linux 12"/>
              <property name="host.kernel" value="6.1.0"/>
            </properties>
            <testcase classname="kubelet" name="kubelet.healthz" time="0.000000">
              <failure message="refused" type="failing">follows from nfs.responding
        hits workloads, storage
        type mend kubelet.healthz</failure>
            </testcase>
          </testsuite>
          <testsuite name="storage" tests="4" failures="1" errors="1" skipped="1" time="2.000000" \
        timestamp="2026-11-21T03:00:00" hostname="n100-001">
            <properties>
              <property name="nodeagent.version" value="0.1.0"/>
              <property name="host.arch" value="x86_64"/>
              <property name="host.roles" value="worker"/>
              <property name="host.system" value="Debian GNU/Linux 12"/>
              <property name="host.kernel" value="6.1.0"/>
            </properties>
            <testcase classname="nfs" name="nfs.responding" time="0.500000">
              <failure message="stuck" type="failing">hits workloads, storage
        type mend nfs.responding</failure>
            </testcase>
            <testcase classname="nfs" name="nfs.server nas" time="0.500000">
              <error message="no answer" type="unknown">saw nas:2049: timeout</error>
            </testcase>
            <testcase classname="nfs" name="nfs.pods" time="0.500000"/>
            <testcase classname="nfs" name="nfs.space" time="0.500000">
              <skipped message="no mount"/>
            </testcase>
          </testsuite>
        </testsuites>

        """)
  }

  /// Every scalar that XML forbids, quotes and markup, and what a reader would change in silence.
  private static let hostile =
    "<b a=\"1\" c='2'>&amp;]]>\t\n\r\u{0}\u{8}\u{1B}[31m\u{7F}\u{85}\u{FFFE}\u{FFFF}\u{1F600}é"
  private static let tamed =
    "<b a=\"1\" c='2'>&amp;]]>\t\n\r\u{FFFD}\u{FFFD}\u{FFFD}[31m\u{7F}\u{85}\u{FFFD}\u{FFFD}\u{1F600}é"

  private static let hostileReport = SampleReport.make(
    [
      SampleReport.Round(
        plugin: "a",
        verdicts: [CheckState.failing, .warning, .unknown, .ok, .skipped].map {
          Verdict(
            "a.check", subject: "\($0) \(hostile)", $0, hostile, evidence: [Evidence(hostile, hostile)], remedy: hostile
          )
        })
    ], host: hostile)

  @Test func aReaderGetsBackWhatWasSaid() throws {
    let reader = Reader()
    #expect(reader.read(JUnitReport.render(Self.hostileReport)))
    #expect(reader.attributes["hostname"] == [Self.tamed])
    #expect(reader.attributes["name"]?.contains("a.check failing \(Self.tamed)") == true)
    #expect(reader.attributes["message"] == Array(repeating: Self.tamed, count: 4))
    #expect(reader.text.contains("saw \(Self.tamed): \(Self.tamed)"))
  }

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: xmllint), "xmllint is missing: apt-get install libxml2-utils"),
    arguments: [mixed, hostileReport, SampleReport.make([])].map(JUnitReport.render))
  func theSchemaHolds(document: String) throws { #expect(try validate(document) == "") }

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: xmllint), "xmllint is missing: apt-get install libxml2-utils"),
    arguments: RecordedHost.all)
  func theSchemaHoldsForRecordedHosts(host: RecordedHost) async throws {
    #expect(try validate(JUnitReport.render(try await host.look().report)) == "")
  }

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: xmllint), "xmllint is missing: apt-get install libxml2-utils"),
    arguments: [
      ("tests=\"7\"", ""), ("failure message", "failed message"), ("2.500000", "2,5"), ("T03:00:00", "T03:00:00Z"),
      ("classname=\"swap\" ", ""), ("<properties>", "<properties/><properties>"),
    ])
  func theSchemaHasTeeth(text: String, instead: String) throws {
    let document = JUnitReport.render(Self.mixed).replacingOccurrences(of: text, with: instead)
    #expect(try validate(document) != "")
  }

  /// What xmllint has to say; nothing when the document is right.
  private func validate(_ document: String) throws -> String {
    let schema = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/junit.xsd").path
    let tree = try TemporaryTree(["junit.xml": document])
    let file = tree.path + "/junit.xml"
    let result = try Program.run("--noout", "--nonet", "--schema", schema, file, program: xmllint)
    return result.status == 0 ? "" : result.error
  }
}

/// Foundation's XML reader, which undoes the escapes.
private final class Reader: NSObject, XMLParserDelegate {
  private(set) var attributes: [String: [String]] = [:]
  private(set) var text = ""

  func read(_ document: String) -> Bool {
    let parser = XMLParser(data: Data(document.utf8))
    parser.delegate = self
    return parser.parse()
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes found: [String: String]
  ) {
    attributes.merge(found.mapValues { [$0] }) { $0 + $1 }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}
