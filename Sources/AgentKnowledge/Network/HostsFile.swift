package import AgentText

/// /etc/hosts (hosts(5)).
///
/// Read on bytes and in one pass: lists of blocked advertisers have a hundred thousand lines, and comments may be in any
/// encoding.
package enum HostsFile {
  /// Where it is.
  package static let path = "/etc/hosts"

  /// An address that the file gives for a name.
  package struct Entry: Sendable, Equatable {
    /// The address.
    package var address: IPAddress
    /// Line, counted from 1.
    package var line: Int

    /// Makes an entry.
    package init(address: IPAddress, line: Int) {
      self.address = address
      self.line = line
    }

    /// The file and the line.
    package var source: String { "\(HostsFile.path):\(line)" }
  }

  /// The addresses of a name in the file's order, compared without case.
  package static func entries(of name: String, in content: [UInt8]) -> [Entry] {
    let wanted = Array(name.lowercased().utf8)
    var entries: [Entry] = []
    visitLines(of: content) { number, words in
      guard let first = words.first, words.dropFirst().contains(where: { isSame($0, wanted) }),
        let address = address(first)
      else { return }
      entries.append(Entry(address: address, line: number))
    }
    return entries
  }

  /// The names that the file gives to some addresses, in its order; at most ``mostNames`` of one address.
  package static func names(of addresses: Set<IPAddress>, in content: [UInt8]) -> [IPAddress: [String]] {
    var names: [IPAddress: [String]] = [:]
    visitLines(of: content) { _, words in
      guard words.count > 1, let address = words.first.flatMap(address), addresses.contains(address) else { return }
      let room = mostNames - names[address, default: []].count
      names[address, default: []] += words.dropFirst().prefix(room).map { String(decoding: $0, as: UTF8.self) }
    }
    return names
  }

  /// So many names of one address are read.
  package static let mostNames = 16

  private static func visitLines(of content: [UInt8], _ visit: (_ number: Int, _ words: [ArraySlice<UInt8>]) -> Void) {
    for (index, line) in content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      visit(index + 1, line.prefix { $0 != UInt8(ascii: "#") }.split(whereSeparator: isBlank))
    }
  }

  private static func address(_ word: ArraySlice<UInt8>) -> IPAddress? {
    try? IPAddress(settingsScalar: String(decoding: word, as: UTF8.self))
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  private static func isSame(_ word: ArraySlice<UInt8>, _ wanted: [UInt8]) -> Bool {
    word.count == wanted.count && zip(word, wanted).allSatisfy { lowered($0) == $1 }
  }

  private static func lowered(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}
