import AgentHost
import AgentText

/// Puts a Keepalived configuration together from the file and those that it includes.
struct KeepalivedParser {
  /// Files of one configuration, so that includes in a loop end.
  private static let mostFiles = 64
  private static let trackers: Set<String> = [
    "track_script", "track_process", "track_file", "track_bfd", "vrrp_track_process", "vrrp_track_file",
  ]
  private static let addressBlocks: Set<String> = ["virtual_ipaddress", "virtual_ipaddress_excluded"]

  private struct SyncGroup {
    var members: Set<String> = []
    var isTracking = false
  }

  let files: HostFiles
  private var result = KeepalivedConfiguration()
  private var groups: [SyncGroup] = []
  /// The first words of the blocks around the present line.
  private var blocks: [String] = []
  /// Words that may be the head of a block, whose brace stands on the next line.
  private var head: [String] = []
  private var source = ""
  private var open: [String] = []
  private var fileCount = 0
  private var bytesLeft = FileLimit.configuration.bytes

  init(files: HostFiles) { self.files = files }

  mutating func read(_ content: [UInt8], from path: String) {
    fileCount += 1
    bytesLeft -= content.count
    open.append(path)
    for line in KeepalivedWords.lines(of: content) { read(line, in: path) }
    open.removeLast()
  }

  mutating func finish() -> KeepalivedConfiguration {
    endStatement()
    if !blocks.isEmpty { result.problems.append(.wrong("a block has no closing brace", source: source)) }
    for group in groups where group.isTracking {
      for index in result.instances.indices where group.members.contains(result.instances[index].name) {
        result.instances[index].isTracking = true
      }
    }
    return result
  }

  private mutating func read(_ line: KeepalivedWords.Line, in path: String) {
    if line.words.first != .open { endStatement() }
    source = "\(path):\(line.number)"
    let texts = line.words.compactMap { if case .text(let text) = $0 { text } else { nil } }
    if let first = texts.first, first.hasPrefix("@") {
      result.problems.append(.notEvaluated("conditional configuration (\(PlainText.short(first)))", source: source))
      return
    }
    if let first = texts.first, Self.isInclude(first) {
      return include(line.words.contains(.open) ? nil : texts.dropFirst().first, from: path)
    }
    for word in line.words {
      switch word {
      case .text(let text): head.append(text)
      case .open: beginBlock()
      case .close: endBlock()
      }
    }
  }

  /// `include` and its variants, which differ in what they make an error of.
  private static func isInclude(_ word: String) -> Bool {
    ["include", "includer", "includem", "includew", "includeb", "includea"].contains(word)
  }

  private mutating func include(_ pattern: String?, from path: String) {
    guard let pattern, !pattern.contains("$") else {
      result.problems.append(.notEvaluated("include with braces or parameters", source: source))
      return
    }
    let here = source
    do throws(FileError) {
      for file in try KeepalivedInclude.paths(pattern, from: path, files) {
        guard !open.contains(file) else {
          result.problems.append(.wrong("\(PlainText.short(file)) includes itself", source: here))
          continue
        }
        guard fileCount < Self.mostFiles, bytesLeft > 0 else {
          result.problems.append(.notEvaluated("more than \(Self.mostFiles) files or 4 MiB", source: here))
          return
        }
        read(try files.bytes(file), from: file)
      }
    } catch {
      result.problems.append(.unreadable(error))
    }
  }

  private mutating func beginBlock() {
    let words = head
    head = []
    let name = words.first ?? ""
    if name == "vrrp_instance" || name == "vrrp_sync_group" {
      if !blocks.isEmpty { result.problems.append(.wrong("a block before it has no closing brace", source: source)) }
      blocks = []
    }
    blocks.append(name)
    if name == "vrrp_instance" {
      result.instances.append(.init(name: words.dropFirst().first ?? "", source: source))
    } else if name == "vrrp_sync_group" {
      groups.append(SyncGroup())
    }
  }

  private mutating func endBlock() {
    endStatement()
    if blocks.popLast() == nil { result.problems.append(.wrong("a closing brace too many", source: source)) }
  }

  private mutating func endStatement() {
    guard !head.isEmpty else { return }
    let words = head
    head = []
    if words[0].hasPrefix("$") || blocks.first == "vrrp_instance" && words.contains(where: { $0.contains("$") }) {
      result.problems.append(.notEvaluated("parameters ($NAME)", source: source))
    } else if let block = blocks.last, Self.addressBlocks.contains(block) {
      take(address: words)
    } else if blocks.first == "vrrp_instance" {
      take(instance: words)
    } else if blocks.first == "vrrp_sync_group" {
      take(group: words)
    } else if words[0] == "enable_dbus", blocks == ["global_defs"] {
      result.isOnBus = true
    }
  }

  private mutating func take(address words: [String]) {
    guard let address = Self.address(words[0]) else { return }
    result.addresses.append(KeepalivedAddresses.Entry(address: address, source: source))
    guard blocks.first == "vrrp_instance", let last = result.instances.indices.last else { return }
    result.instances[last].addresses.append(address)
  }

  private mutating func take(instance words: [String]) {
    guard let last = result.instances.indices.last else { return }
    if blocks.count == 2 {
      if blocks[1] == "unicast_peer", let peer = Self.address(words[0]) { result.instances[last].peers.append(peer) }
      if Self.trackers.contains(blocks[1]) { result.instances[last].isTracking = true }
    }
    guard blocks.count == 1, words.count > 1 else { return }
    switch words[0] {
    case "state": result.instances[last].state = words[1]
    case "interface": result.instances[last].interface = words[1]
    case "virtual_router_id": result.instances[last].routerID = Int(words[1])
    case "priority": result.instances[last].priority = Int(words[1])
    default: break
    }
  }

  private mutating func take(group words: [String]) {
    guard let last = groups.indices.last, blocks.count == 2 else { return }
    if blocks[1] == "group" { groups[last].members.insert(words[0]) }
    if Self.trackers.contains(blocks[1]) { groups[last].isTracking = true }
  }

  private static func address(_ word: String) -> IPAddress? {
    try? IPAddress(settingsScalar: String(word.prefix { $0 != "/" }))
  }
}
