/// A complete node and what it costs to repeat it.
struct YAMLMeasuredNode {
  let node: YAMLNode
  /// The nodes of the tree, with what aliases repeat in it.
  let nodes: Int
  /// The levels of collections: 0 for a scalar.
  let height: Int
}

/// A sequence or mapping whose end has not been read.
struct YAMLOpenCollection {
  let anchor: String?
  /// The key that waits for its value, in a mapping.
  private(set) var key: String?

  private let mark: SourceMark
  private let isMapping: Bool
  private var list: [YAMLNode] = []
  private var entries: [YAMLNode.Entry] = []
  private var indices: [String: Int] = [:]
  private var keyMark = SourceMark.start
  private var nodes = 1
  private var height = 1

  init(kind: YAMLNode.Kind, anchor: String?, mark: SourceMark) {
    if case .mapping = kind { isMapping = true } else { isMapping = false }
    self.anchor = anchor
    self.mark = mark
  }

  /// Whether the next node is a key.
  var wantsKey: Bool { isMapping && key == nil }
  /// The number of complete items of a sequence.
  var items: Int { list.count }

  /// The collection as it is now.
  var measured: YAMLMeasuredNode {
    let node = YAMLNode(kind: isMapping ? .mapping(entries) : .sequence(list), mark: mark)
    return YAMLMeasuredNode(node: node, nodes: nodes, height: height)
  }

  /// Takes an item, a key or a value; answers where a key stood before, when it is a duplicate.
  mutating func add(_ child: YAMLMeasuredNode) -> SourceMark? {
    nodes += child.nodes
    height = max(height, child.height + 1)
    guard isMapping else {
      list.append(child.node)
      return nil
    }
    guard let key else { return begin(key: child.node) }
    finish(key: key, child.node)
    return nil
  }

  private mutating func begin(key node: YAMLNode) -> SourceMark? {
    let text = node.text ?? ""
    key = text
    keyMark = node.mark
    return indices[text].map { entries[$0].keyMark }
  }

  private mutating func finish(key: String, _ value: YAMLNode) {
    let entry = YAMLNode.Entry(key: key, keyMark: keyMark, value: value)
    self.key = nil
    if let index = indices[key] {
      entries[index] = entry
    } else {
      indices[key] = entries.count
      entries.append(entry)
    }
  }
}
