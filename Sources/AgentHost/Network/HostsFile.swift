/// /etc/hosts (hosts(5)).
public enum HostsFile {
  /// Where it is.
  public static let path = "/etc/hosts"

  /// An address that the file gives for a name.
  public struct Entry: Sendable, Equatable {
    /// The address.
    public var address: IPAddress
    /// Line, counted from 1.
    public var line: Int

    /// Makes an entry.
    public init(address: IPAddress, line: Int) {
      self.address = address
      self.line = line
    }

    /// File and line.
    public var source: String { "\(HostsFile.path):\(line)" }
    /// Whether it leads to this host itself.
    public var isLoopback: Bool { address.family == .v4 ? address.number >> 24 == 127 : address.number == 1 }
  }

  /// The addresses of a name in the file's order, compared without case.
  ///
  /// On bytes and in one pass: lists of blocked advertisers have a hundred thousand lines, and comments may be in any
  /// encoding.
  public static func entries(of name: String, in content: [UInt8]) -> [Entry] {
    let wanted = Array(name.lowercased().utf8)
    var entries: [Entry] = []
    for (index, line) in content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      let words = line.prefix { $0 != UInt8(ascii: "#") }.split(whereSeparator: isBlank)
      guard let first = words.first, words.dropFirst().contains(where: { isSame($0, wanted) }),
        let address = try? IPAddress(settingsScalar: String(decoding: first, as: UTF8.self))
      else { continue }
      entries.append(Entry(address: address, line: index + 1))
    }
    return entries
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  private static func isSame(_ word: ArraySlice<UInt8>, _ wanted: [UInt8]) -> Bool {
    word.count == wanted.count && zip(word, wanted).allSatisfy { lowered($0) == $1 }
  }

  private static func lowered(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}
