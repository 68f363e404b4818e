import AgentCore
import AgentText
import FoundationEssentials

/// A move in the JSON report: `{"at": "2026-11-21T03:00:00Z", "address": …, "from": …, "to": …, "seconds": 1.2}`.
struct JSONMove: Codable {
  private let at: String
  private let address: String
  private let from: String
  private let to: String
  private let seconds: Double?

  init(_ move: Move) {
    at = move.at.iso8601
    address = move.address
    from = move.from
    to = move.to
    seconds = move.gap.map { ($0.inSeconds * 1e3).rounded() / 1e3 }
  }

  private enum CodingKeys: String, CodingKey {
    case at, address, from, to, seconds
  }

  func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: CodingKeys.self)
    try object.encode(at, forKey: .at)
    try object.encode(address, forKey: .address)
    try object.encode(from, forKey: .from)
    try object.encode(to, forKey: .to)
    // Null where it is not known, as everywhere in the report.
    try object.encode(seconds, forKey: .seconds)
  }

  /// The move; nil when a field holds what no agent writes.
  var move: Move? {
    guard let date = try? Date(at, strategy: .iso8601), (0..<9e9).contains(date.timeIntervalSince1970),
      let address = try? IPAddress(settingsScalar: address), Self.isHolder(from), Self.isHolder(to),
      seconds.map({ (0...1e8).contains($0) }) ?? true
    else { return nil }
    let time = HostTime(wallNanoseconds: Int64(date.timeIntervalSince1970) * 1_000_000_000, bootNanoseconds: 0)
    return Move(
      at: time, address: "\(address)", from: from, to: to,
      gap: seconds.map { .nanoseconds(Int64(($0 * 1e9).rounded())) })
  }

  private static func isHolder(_ text: String) -> Bool {
    guard text.utf8.count <= 400 else { return false }
    return text == Move.unseen || text == Move.thisHost
      || text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { part in
        let name = String(part.drop { $0 == " " })
        return name == Move.thisHost || (try? HardwareAddress(settingsScalar: name)) != nil
      }
  }
}
