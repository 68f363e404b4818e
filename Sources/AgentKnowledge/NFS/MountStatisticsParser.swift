import AgentHost
import AgentText

/// Reads mountstats line by line, in whatever pieces it comes, and takes each wanted file system once.
///
/// The kernel writes the same numbers again for every mount point; once all wanted file systems were seen, the rest is
/// not needed.
struct MountStatisticsParser {
  /// A mount as mountstats names it.
  struct Key: Hashable {
    var point: MountPath
    var source: MountPath
  }

  /// The longest line that is looked at; names of paths are at most 4 KiB, four times that when escaped.
  private static let longestLine = 64 << 10

  private let wanted: [Key: DeviceNumber]
  private let count: Int
  private(set) var found: [DeviceNumber: NFSStatistics] = [:]
  /// Formats that are not known, by the file system.
  private(set) var unknownFormats: [DeviceNumber: String] = [:]

  private var line: [UInt8] = []
  private var isOverlong = false
  private var current: DeviceNumber?
  private var statistics = NFSStatistics()
  private var isInOperations = false

  /// - Parameters:
  ///   - wanted: the mounts of the file systems whose numbers are asked for.
  ///   - count: how many file systems those are.
  init(wanted: [Key: DeviceNumber], count: Int) {
    self.wanted = wanted
    self.count = count
  }

  /// Whether all that is wanted was seen to its end.
  var isComplete: Bool { current == nil && found.count + unknownFormats.count == count }

  /// Takes a piece; false once nothing more is needed.
  mutating func take(_ piece: [UInt8]) -> Bool {
    var rest = piece[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      append(rest[..<end])
      endLine()
      if isComplete { return false }
      rest = rest[(end + 1)...]
    }
    append(rest)
    return true
  }

  /// Ends the text.
  mutating func finish() {
    if !line.isEmpty { endLine() }
    endBlock()
  }

  private mutating func append(_ part: ArraySlice<UInt8>) {
    // Lines of what is not wanted need no more than their beginning.
    guard line.count + part.count <= Self.longestLine else { return isOverlong = true }
    line += part
  }

  private mutating func endLine() {
    if !isOverlong { take(line: line) }
    line.removeAll(keepingCapacity: true)
    isOverlong = false
  }

  private mutating func take(line: [UInt8]) {
    switch line.first {
    case UInt8(ascii: "d"), UInt8(ascii: "n"):
      endBlock()
      beginBlock(line)
    case UInt8(ascii: "\t"), UInt8(ascii: " "):
      guard current != nil else { return }
      if isInOperations { take(operation: line) } else { take(detail: String(decoding: line, as: UTF8.self)) }
    default: break
    }
  }

  /// `device SOURCE mounted on POINT with fstype nfs4 statvers=1.1`.
  private mutating func beginBlock(_ line: [UInt8]) {
    let words = line.split(separator: UInt8(ascii: " "))
    guard words.count >= 9, words[0].elementsEqual("device".utf8), words[2].elementsEqual("mounted".utf8),
      words[7].starts(with: "nfs".utf8), let source = OctalEscapes.decode(words[1]),
      let point = OctalEscapes.decode(words[4]),
      let device = wanted[Key(point: MountPath(bytes: point), source: MountPath(bytes: source))],
      found[device] == nil, unknownFormats[device] == nil
    else { return }
    let version = String(decoding: words[8], as: UTF8.self)
    let format = String(version.split(separator: "=").last ?? "")
    guard format == "1.0" || format == "1.1" else {
      unknownFormats[device] = PlainText.short(format)
      return
    }
    current = device
    statistics = NFSStatistics()
    isInOperations = false
  }

  private mutating func endBlock() {
    if let current { found[current] = statistics }
    current = nil
  }

  private mutating func take(detail text: String) {
    let words = text.split { $0 == " " || $0 == "\t" }
    guard let name = words.first else { return }
    switch name {
    case "age:": statistics.age = words.dropFirst().first.flatMap { UInt64($0) } ?? 0
    case "xprt:": if let transport = Self.transport(words) { statistics.transports.append(transport) }
    case "per-op": isInOperations = true
    default: break
    }
  }

  /// `READ: 12 13 1 …`: requests, transmissions, major timeouts, five sizes and times that are not needed, and errors.
  /// Operations that this agent has never heard of count as well, but not their errors: to look for a file that is not
  /// there is none.
  private mutating func take(operation line: [UInt8]) {
    var words = ByteWords(line)
    guard let name = words.next(), name.last == UInt8(ascii: ":"), let requests = words.number(),
      let transmissions = words.number(), let timeouts = words.number()
    else { return }
    statistics.requests &+= requests
    statistics.transmissions &+= transmissions
    statistics.timeouts &+= timeouts
    guard Self.telling.contains(where: { name.dropLast().elementsEqual($0) }) else { return }
    for _ in 0..<5 { _ = words.next() }
    statistics.errors &+= words.number() ?? 0
  }

  /// Operations that fail only where something is wrong with the file system.
  private static let telling = ["READ", "WRITE", "COMMIT", "GETATTR"].map { Array($0.utf8) }

  /// The place of the counters depends on the kind: a connection has more of them before.
  private static func transport(_ words: [Substring]) -> NFSStatistics.Transport? {
    guard words.count > 2 else { return nil }
    let first: Int
    switch words[1] {
    case "tcp", "rdma": first = 7
    case "local": first = 6
    case "udp": first = 4
    default: return nil
    }
    let numbers = words.dropFirst(first).prefix(2).compactMap { UInt64($0) }
    guard numbers.count == 2 else { return nil }
    return NFSStatistics.Transport(sends: numbers[0], receives: numbers[1])
  }
}

/// The words of a line one after the other; there are millions of them, so nothing is copied.
private struct ByteWords {
  private let line: [UInt8]
  private var position = 0

  init(_ line: [UInt8]) { self.line = line }

  mutating func next() -> ArraySlice<UInt8>? {
    while position < line.count, Self.isBlank(line[position]) { position += 1 }
    let start = position
    while position < line.count, !Self.isBlank(line[position]) { position += 1 }
    return position > start ? line[start..<position] : nil
  }

  /// The next word, where it is a number that fits.
  mutating func number() -> UInt64? {
    guard let word = next() else { return nil }
    var value: UInt64 = 0
    for byte in word {
      guard byte.isDecimalDigit else { return nil }
      let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, isOver) = tens.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      guard !isTooLarge, !isOver else { return nil }
      value = sum
    }
    return value
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
