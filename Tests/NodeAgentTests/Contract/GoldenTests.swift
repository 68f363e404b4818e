import Foundation
import Testing

@testable import NodeAgent

/// Every recorded host prints what is expected of it, to the byte. `make golden UPDATE=1` rewrites the files.
@Suite struct GoldenTests {
  @Test(arguments: RecordedHost.all) func printsWhatIsExpected(_ host: RecordedHost) async throws {
    let look = try await host.look()
    let status = look.report.exitStatus
    for (file, made, status) in [
      ("doctor.txt", look.text, status), ("doctor.json", look.json, status), ("metrics.prom", look.exposition, 0),
    ] {
      let expected = try String(contentsOfFile: "\(host.path)/expected/\(file)", encoding: .utf8)
      #expect(made + "exit \(status)\n" == expected, "\(host.name)/\(file)")
    }
  }
}
