/// Why a directory is watched: for one name in it, or for all.
struct Anchor: Hashable {
  /// The name that matters; nil when every name does.
  var name: String?
  /// The path that the subscriber asked for.
  var path: String
  /// The subscriber.
  var subscription: Int
}

/// Which watch serves which path. The kernel gives one watch per directory, however many paths need it.
struct AnchorTable {
  private var byWatch: [CInt: Set<Anchor>] = [:]

  var all: Set<Anchor> { byWatch.values.reduce(into: []) { $0.formUnion($1) } }

  mutating func add(_ anchor: Anchor, at watch: CInt) { byWatch[watch, default: []].insert(anchor) }

  /// Forgets a subscriber's path and returns the watches that nobody needs any more.
  mutating func remove(path: String, subscription: Int) -> [CInt] {
    var free: [CInt] = []
    for (watch, anchors) in byWatch {
      let left = anchors.filter { $0.path != path || $0.subscription != subscription }
      guard left.count != anchors.count else { continue }
      byWatch[watch] = left.isEmpty ? nil : left
      if left.isEmpty { free.append(watch) }
    }
    return free
  }

  func touched(by event: Inotify.Event) -> Set<Anchor> {
    let anchors = byWatch[event.watch] ?? []
    guard let name = event.name else { return anchors }
    return anchors.filter { $0.name == nil || $0.name == name }
  }
}
