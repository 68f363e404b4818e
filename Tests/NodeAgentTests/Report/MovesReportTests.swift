import AgentCore
import Foundation
import Testing

@testable import NodeAgent

@Suite struct MovesReportTests {
  private static let time = HostTime(wallNanoseconds: 1_795_230_000_900_000_000, bootNanoseconds: 1)
  private static let moves = [
    Move(
      at: time, address: "192.168.100.230", from: "52:54:00:00:00:01", to: "52:54:00:00:00:09", gap: .milliseconds(1234)
    ),
    Move(at: time, address: "192.168.100.230", from: "52:54:00:00:00:01", to: "unknown", gap: nil),
    Move(
      at: time, address: "192.168.100.240", from: "52:54:00:00:00:08, 52:54:00:00:00:09", to: "this host",
      gap: .seconds(45)),
  ]

  private func report(_ moves: [Move]) -> Report {
    var report = SampleReport.make([])
    report.moves = moves
    return report
  }

  @Test func jsonListsThemOnlyWhereThereAreAny() throws {
    let text = String(decoding: try JSONReport(report(Self.moves)).encoded(), as: UTF8.self)
    let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let moves = try #require(document["moves"] as? [[String: Any]])
    #expect(document["schema_version"] as? Int == 1 && moves.count == 3)
    #expect(Set(moves[0].keys) == ["at", "address", "from", "to", "seconds"])
    #expect(moves[0]["at"] as? String == "2026-11-21T03:00:00Z" && moves[0]["seconds"] as? Double == 1.234)
    #expect(moves[0]["from"] as? String == "52:54:00:00:00:01" && moves[0]["to"] as? String == "52:54:00:00:00:09")
    #expect(moves[1]["seconds"] is NSNull)
    #expect(!String(decoding: try JSONReport(report([])).encoded(), as: UTF8.self).contains("moves"))
  }

  @Test func textShowsThemByAddressWhenVerbose() {
    let text = TextReport.render(report(Self.moves), style: TextReport.Style(width: 120, verbose: true))
    #expect(
      text.contains(
        """

        moves of 192.168.100.230 (newest first)
          2026-11-21T03:00:00Z  52:54:00:00:00:01 → 52:54:00:00:00:09, nobody for 1.3 s at most
          2026-11-21T03:00:00Z  52:54:00:00:00:01 → unknown

        moves of 192.168.100.240 (newest first)
          2026-11-21T03:00:00Z  52:54:00:00:00:08, 52:54:00:00:00:09 → this host, nobody for 45 s at most

        """), "\(text)")
    #expect(!TextReport.render(report(Self.moves), style: TextReport.Style()).contains("moves of"))
  }

  @Test func whatOneAgentWritesAnotherReads() throws {
    let read = try #require(DaemonHistory.moves(in: JSONReport(report(Self.moves)).encoded()))
    #expect(read.map(\.address) == Self.moves.map(\.address) && read.map(\.from) == Self.moves.map(\.from))
    #expect(read.map(\.to) == Self.moves.map(\.to) && read.map(\.gap) == [.milliseconds(1234), nil, .seconds(45)])
    #expect(read.map(\.at.iso8601) == ["2026-11-21T03:00:00Z", "2026-11-21T03:00:00Z", "2026-11-21T03:00:00Z"])
  }

  private static func document(_ move: String) -> String { #"{"schema_version": 1, "moves": [\#(move)]}"# }
  private static let sound =
    #"{"at": "2026-11-21T03:00:00Z", "address": "192.0.2.1", "from": "52:54:00:00:00:01", "to": "unknown", "#

  @Test(
    arguments: [
      (document(sound + #""seconds": 1.5}"#), 1), (#"{"schema_version": 1}"#, 0), (#"{"schema_version": 2}"#, nil),
      ("", nil), ("ok\n", nil), ("[]", nil), ("null", nil), (#"{"status": "success"}"#, nil),
      (#"{"schema_version": 1, "moves": {}}"#, nil), (document("1"), nil),
      (document(sound + #""seconds": -1}"#), 0), (document(sound + #""seconds": 1e300}"#), 0),
      (document(sound.replacing("192.0.2.1", with: "192.0.2.1; rm -rf /") + #""seconds": 1}"#), 0),
      (document(sound.replacing("unknown", with: "\\u001b[2J") + #""seconds": 1}"#), 0),
      (document(sound.replacing("52:54:00:00:00:01", with: "") + #""seconds": 1}"#), 0),
      (document(sound.replacing("2026", with: "99999999") + #""seconds": 1}"#), 0),
      (document(sound.replacing("2026", with: "1026") + #""seconds": 1}"#), 0),
      (
        document(
          sound.replacing(
            "52:54:00:00:00:01", with: String(repeating: "52:54:00:00:00:01,", count: 40) + "52:54:00:00:00:01")
            + #""seconds": 1}"#), 0
      ),
      (String(repeating: "[", count: 100_000), nil),
      (#"{"schema_version": 1, "moves": "# + String(repeating: "[", count: 100_000), nil),
      (#"{"schema_version": 1e400}"#, nil),
    ] as [(String, Int?)]) func whatIsNoReportIsNotBelieved(text: String, count: Int?)
  {
    #expect(DaemonHistory.moves(in: Array(text.utf8))?.count == count)
  }

  @Test func aReportWithoutEndOfMovesIsCut() {
    let many = [String](repeating: Self.sound + #""seconds": null}"#, count: 5000).joined(separator: ",")
    #expect(DaemonHistory.moves(in: Array(Self.document(many).utf8))?.count == 2000)
  }
}
