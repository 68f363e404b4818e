/// Builds node trees from events, with a stack of its own, and keeps the limits.
struct YAMLTreeBuilder {
  /// The documents that are complete.
  private(set) var documents: [YAMLNode] = []
  /// Keys that occur twice; the mapping holds the last value.
  private(set) var duplicates: [YAMLDuplicateKey] = []

  private let limits: YAMLLimits
  private var open: [YAMLOpenCollection] = []
  private var anchors: [String: YAMLMeasuredNode] = [:]
  private var nodes = 0
  private var aliases = 0

  init(limits: YAMLLimits) {
    self.limits = limits
  }

  /// Takes the next event of the stream.
  mutating func take(_ event: YAMLEvent) throws(YAMLError) {
    switch event.kind {
    case .streamStart, .streamEnd, .documentEnd: break
    case .documentStart: anchors.removeAll()
    case .alias(let name): add(try resolve(name, at: event.mark))
    case .scalar(let text, let plain, let tag, let anchor):
      try count(1, at: event.mark)
      guard text.utf8.count <= limits.scalarBytes else {
        throw YAMLError("scalar longer than \(limits.scalarBytes) bytes", at: event.mark)
      }
      let node = YAMLNode(kind: .scalar(text: text, plain: plain, tag: tag), mark: event.mark)
      complete(YAMLMeasuredNode(node: node, nodes: 1, height: 0), anchor: anchor)
    case .sequenceStart(let anchor): try begin(.sequence([]), anchor: anchor, at: event.mark)
    case .mappingStart(let anchor): try begin(.mapping([]), anchor: anchor, at: event.mark)
    case .sequenceEnd, .mappingEnd:
      guard let collection = open.popLast() else { return }
      complete(collection.measured, anchor: collection.anchor)
    }
  }

  private mutating func begin(_ kind: YAMLNode.Kind, anchor: String?, at mark: SourceMark) throws(YAMLError) {
    try count(1, at: mark)
    if open.last?.wantsKey == true { throw YAMLError(Self.keyMessage, at: mark) }
    try check(height: 1, at: mark)
    open.append(YAMLOpenCollection(kind: kind, anchor: anchor, mark: mark))
  }

  private mutating func complete(_ node: YAMLMeasuredNode, anchor: String?) {
    if let anchor { anchors[anchor] = node }
    add(node)
  }

  /// The node that an alias repeats, counted with all that it contains: the price of an alias bomb is paid in advance.
  private mutating func resolve(_ name: String, at mark: SourceMark) throws(YAMLError) -> YAMLMeasuredNode {
    aliases += 1
    guard aliases <= limits.aliases else { throw YAMLError("more than \(limits.aliases) aliases", at: mark) }
    if open.contains(where: { $0.anchor == name }) {
      throw YAMLError("an alias stands inside the node that it names", at: mark)
    }
    guard let node = anchors[name] else {
      // By its place alone: a password that begins with an asterisk looks like one.
      throw YAMLError("undefined alias: a text that begins with * stands in quotes", at: mark)
    }
    try count(node.nodes, at: mark)
    if node.height > 0 {
      if open.last?.wantsKey == true { throw YAMLError(Self.keyMessage, at: mark) }
      try check(height: node.height, at: mark)
    }
    let copy = YAMLNode(kind: node.node.kind, mark: mark)
    return YAMLMeasuredNode(node: copy, nodes: node.nodes, height: node.height)
  }

  private mutating func add(_ node: YAMLMeasuredNode) {
    guard !open.isEmpty else { return documents.append(node.node) }
    let top = open.count - 1
    if let first = open[top].add(node), duplicates.count < Self.mostDuplicates {
      duplicates.append(YAMLDuplicateKey(path: path(), mark: node.node.mark, first: first))
    }
  }

  private mutating func count(_ more: Int, at mark: SourceMark) throws(YAMLError) {
    guard more <= limits.nodes - nodes else { throw YAMLError("more than \(limits.nodes) nodes", at: mark) }
    nodes += more
  }

  private func check(height: Int, at mark: SourceMark) throws(YAMLError) {
    guard open.count + height <= limits.depth else {
      throw YAMLError("nested deeper than \(limits.depth) levels", at: mark)
    }
  }

  /// The path of the key that was read last.
  private func path() -> String {
    open.reduce(into: "") { path, collection in
      guard let key = collection.key else { return path += "[\(collection.items)]" }
      path = YAMLPath.join(path, key)
    }
  }

  /// More of them are not worth a message, nor the memory.
  private static let mostDuplicates = 100
  private static let keyMessage = "a key must be a scalar, not a list or a mapping"
}
