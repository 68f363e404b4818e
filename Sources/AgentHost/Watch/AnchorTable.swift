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
  private struct Request: Hashable {
    var path: String
    var subscription: Int
  }

  private var byWatch: [CInt: Set<Anchor>] = [:]
  /// Where each subscriber's path is anchored: at its directory, and at those above while that one does not exist.
  private var places: [Request: [(watch: CInt, anchor: Anchor)]] = [:]

  /// Whether anybody needs a watch.
  func has(_ watch: CInt) -> Bool { byWatch[watch] != nil }

  var all: Set<Anchor> { byWatch.values.reduce(into: []) { $0.formUnion($1) } }

  mutating func add(_ anchor: Anchor, at watch: CInt) {
    guard byWatch[watch, default: []].insert(anchor).inserted else { return }
    places[Request(path: anchor.path, subscription: anchor.subscription), default: []].append((watch, anchor))
  }

  /// Forgets a subscriber's path and returns its watches, and those that nobody needs any more.
  mutating func remove(path: String, subscription: Int) -> (all: [CInt], free: [CInt]) {
    var (all, free): ([CInt], [CInt]) = ([], [])
    for (watch, anchor) in places.removeValue(forKey: Request(path: path, subscription: subscription)) ?? [] {
      all.append(watch)
      byWatch[watch]?.remove(anchor)
      guard byWatch[watch]?.isEmpty == true else { continue }
      byWatch[watch] = nil
      free.append(watch)
    }
    return (all, free)
  }

  func touched(by event: Inotify.Event) -> Set<Anchor> {
    let anchors = byWatch[event.watch] ?? []
    guard let name = event.name else { return anchors }
    return anchors.filter { $0.name == nil || $0.name == name }
  }
}
