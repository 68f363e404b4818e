import AgentHost
import AgentText

/// Puts a Keepalived configuration together from the file and those that it includes, in Keepalived's order: what comes
/// later does not count for what stands before it, but for `global_defs`, which are read first.
struct KeepalivedParser {
  /// Files of one configuration, so that includes in a loop end.
  private static let mostFiles = 64
  private static let addressBlocks: Set<String> = ["virtual_ipaddress", "virtual_ipaddress_excluded"]
  /// A word that would be another host's value, a random number or the like.
  private static let builtIn = ["$_", "${_"]

  let files: HostFiles
  private var result = KeepalivedConfiguration()
  private var definitions = KeepalivedDefinitions()
  private var globals = KeepalivedGlobals()
  private var drafts: [KeepalivedDraft] = []
  private var groups: [KeepalivedDraft.Group] = []
  private var trackers: [KeepalivedTracker] = []
  /// The instance of the present block; nil in one that Keepalived skips.
  private var instance: Int?
  private var serverGroups: [String: [String]] = [:]
  private var usedServerGroups: Set<String> = []
  /// The first words of the blocks around the present line.
  private var blocks: [String] = []
  private var blockName = ""
  /// Words that may be the head of a block, whose brace stands on the next line.
  private var head: [String] = []
  private var source = ""
  private var open: [String] = []
  private var fileCount = 0
  private var bytesLeft = FileLimit.configuration.bytes

  private lazy var configID = KeepalivedSurroundings(files: files).configID

  init(files: HostFiles) { self.files = files }

  mutating func read(_ content: [UInt8], from path: String) {
    fileCount += 1
    bytesLeft -= content.count
    open.append(path)
    for line in KeepalivedWords.lines(of: content) {
      for line in evaluated(line, at: "\(path):\(line.number)") { read(line, in: path) }
    }
    open.removeLast()
  }

  /// - Parameter judgesScripts: whether users and programs of scripts are looked for.
  mutating func finish(judgesScripts: Bool) -> KeepalivedConfiguration {
    endStatement()
    if !blocks.isEmpty { result.problems.append(.wrong("a block has no closing brace", source: source)) }
    for group in usedServerGroups { serverGroups[group]?.forEach { serve($0) } }
    let end = KeepalivedEnd(globals: globals, trackers: trackers, groups: groups, files: judgesScripts ? files : nil)
    for draft in drafts {
      let (instance, flaws, problems) = end.judge(draft)
      result.instances.append(instance)
      result.flaws += flaws
      for problem in problems where !result.problems.contains(problem) { result.problems.append(problem) }
    }
    return result
  }

  // MARK: lines

  /// The line with its condition and its parameters evaluated; none when it is for another host or defines a parameter.
  private mutating func evaluated(_ line: KeepalivedWords.Line, at place: String) -> [KeepalivedWords.Line] {
    guard !line.raw.isEmpty else { return [line] }
    var raw = line.raw[...].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    let isConditional = raw.first == UInt8(ascii: "@")
    if isConditional {
      endStatement()
      guard let rest = meant(raw, at: place) else { return [] }
      raw = rest
    }
    if definitions.define(Array(raw)) { return [] }
    let expanded = definitions.expand(Array(raw))
    guard isConditional || expanded != line.raw else { return [line] }
    return KeepalivedWords.lines(of: expanded).map { $0.numbered(line.number) }
  }

  /// `@NAME …` is read on the host of that name, `@^NAME …` on all others; nil when it is not for this one.
  private mutating func meant(_ line: ArraySlice<UInt8>, at place: String) -> ArraySlice<UInt8>? {
    let isNegated = line.dropFirst().first == UInt8(ascii: "^")
    let text = line.dropFirst(isNegated ? 2 : 1)
    let word = text.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
    let name = String(decoding: word, as: UTF8.self)
    guard let own = configID else {
      result.problems.append(.notEvaluated("conditional configuration (@\(PlainText.short(name)))", source: place))
      return nil
    }
    return (name == own) != isNegated ? text.dropFirst(word.count) : nil
  }

  private mutating func read(_ line: KeepalivedWords.Line, in path: String) {
    if line.words.first != .open { endStatement() }
    source = "\(path):\(line.number)"
    let texts = line.words.compactMap { if case .text(let text) = $0 { text } else { nil } }
    if let first = texts.first, first.hasPrefix("~SEQ(") || first.hasPrefix("~LST(") {
      result.problems.append(.notEvaluated("lines that repeat (\(PlainText.short(first)))", source: source))
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

  // MARK: blocks

  private mutating func beginBlock() {
    let words = head
    head = []
    let name = words.first ?? ""
    if name == "vrrp_instance" || name == "vrrp_sync_group" {
      if !blocks.isEmpty { result.problems.append(.wrong("a block before it has no closing brace", source: source)) }
      blocks = []
    }
    blocks.append(name)
    guard blocks.count == 1 else {
      if let instance, blocks.count == 2, KeepalivedTracker.Kind(usedBy: name) != nil {
        drafts[instance].instance.namesTrackers = true
      }
      return
    }
    blockName = words.dropFirst().first ?? ""
    switch name {
    case "vrrp_instance": beginInstance()
    case "vrrp_sync_group": groups.append(KeepalivedDraft.Group())
    case "virtual_server": serve(Array(words.dropFirst()))
    default:
      guard let kind = KeepalivedTracker.Kind(definedBy: name) else { return }
      trackers.append(KeepalivedTracker(kind: kind, name: blockName, source: source))
      if kind == .bfd { trackers[trackers.count - 1].subject = blockName }
    }
  }

  private mutating func beginInstance() {
    guard !drafts.contains(where: { $0.instance.name == blockName }) || blockName.isEmpty else {
      instance = nil
      result.flaws.append(
        .init(
          text: "\(PlainText.short(blockName)) is defined a second time: Keepalived ignores this vrrp_instance",
          source: source))
      return
    }
    drafts.append(KeepalivedDraft(name: blockName, source: source, globals: globals))
    instance = drafts.count - 1
  }

  private mutating func endBlock() {
    endStatement()
    if blocks.popLast() == nil { result.problems.append(.wrong("a closing brace too many", source: source)) }
    if blocks.isEmpty { instance = nil }
  }

  // MARK: statements

  private mutating func endStatement() {
    guard !head.isEmpty else { return }
    let words = head
    head = []
    guard let root = blocks.first else { return }
    if let block = blocks.last, Self.addressBlocks.contains(block) { return take(address: words, in: block) }
    switch root {
    case "vrrp_instance": take(instance: words)
    case "vrrp_sync_group": take(group: words)
    case "virtual_server_group": serverGroups[blockName, default: []].append(words[0])
    case "global_defs": if globals.take(words) { result.isOnBus = true }
    default: if KeepalivedTracker.Kind(definedBy: root) != nil, blocks.count == 1 { take(tracker: words) }
    }
  }

  private mutating func take(address words: [String], in block: String) {
    guard let instance, !isBuiltIn(words[0]) else { return }
    drafts[instance].refuseRest(of: words, in: block, source: source)
    guard let address = drafts[instance].take(address: words[0], in: block, source: source) else { return }
    result.addresses.append(KeepalivedAddresses.Entry(address: address, source: source))
  }

  private mutating func take(instance words: [String]) {
    guard let instance else { return }
    guard blocks.count == 1 else {
      guard blocks.count == 2 else { return }
      if blocks[1] == "unicast_peer" { drafts[instance].take(peer: words[0], source: source) }
      if let use = use(words) { drafts[instance].uses.append(use) }
      drafts[instance].refuseRest(of: words, in: blocks[1], source: source)
      return
    }
    guard !KeepalivedDraft.keywords.contains(words[0]) || words.count < 2 || !isBuiltIn(words[1]) else { return }
    drafts[instance].take(words, source: source)
  }

  private mutating func take(group words: [String]) {
    guard let last = groups.indices.last, blocks.count == 2 else { return }
    if blocks[1] == "group" { groups[last].members.formUnion(words) }
    if let use = use(words) { groups[last].uses.append(use) }
  }

  /// Only what is defined by then counts, so its place is kept.
  private func use(_ words: [String]) -> KeepalivedTracker.Use? {
    guard let kind = KeepalivedTracker.Kind(usedBy: blocks[1]) else { return nil }
    let weight = words.firstIndex(of: "weight").flatMap { $0 + 1 < words.count ? Int(words[$0 + 1]) : nil }
    return KeepalivedTracker.Use(
      kind: kind, name: words[0], weight: weight, source: source,
      definition: trackers.firstIndex { $0.kind == kind && $0.name == words[0] })
  }

  private mutating func take(tracker words: [String]) {
    guard let last = trackers.indices.last, words.count > 1 else { return }
    switch words[0] {
    case "script", "process", "file": trackers[last].subject = words[1]
    case "weight": trackers[last].weight = Int(words[1])
    case "user": trackers[last].user = Array(words.dropFirst().prefix(2))
    default: break
    }
  }

  private mutating func isBuiltIn(_ word: String) -> Bool {
    guard Self.builtIn.contains(where: word.contains) else { return false }
    result.problems.append(.notEvaluated("parameters of Keepalived itself ($_NAME)", source: source))
    return true
  }

  /// `virtual_server ADDRESS PORT`, `virtual_server group NAME` or `virtual_server fwmark NUMBER`.
  private mutating func serve(_ words: [String]) {
    guard let first = words.first else { return }
    if first == "group" { usedServerGroups.formUnion(words.dropFirst().prefix(1)) } else { serve(first) }
  }

  private mutating func serve(_ word: String) {
    if word == "fwmark" { result.servesMarks = true }
    if let address = try? IPAddress(settingsScalar: word) { result.virtualServers.insert(address) }
  }
}
