import AgentText

/// From when on the kubelet evicts pods (`evictionHard`, pkg/kubelet/eviction/defaults_linux.go).
package struct EvictionThresholds: Sendable, Equatable {
  /// One limit.
  package enum Limit: Sendable, Hashable {
    /// A share of the file system, 0 to 1.
    case share(Double)
    /// Bytes, or files.
    case amount(UInt64)
    /// Switched off on purpose, with 0 % or 100 %.
    case off

    /// Whether so much is below the limit.
    package func isPassed(by free: UInt64, of total: UInt64) -> Bool {
      switch self {
      case .share(let share): total > 0 && Double(free) < share * Double(total)
      case .amount(let amount): free < amount
      case .off: false
      }
    }

    /// The limit in words.
    package var words: String {
      switch self {
      case .share(let share): "\(Int((share * 100).rounded())) %"
      case .amount(let amount) where amount >= 1 << 30: "\(amount >> 30) GiB"
      case .amount(let amount) where amount >= 1 << 20: "\(amount >> 20) MiB"
      case .amount(let amount): "\(amount)"
      case .off: "off"
      }
    }
  }

  /// What a signal's limit is, or what keeps it from being known.
  package enum Found: Sendable, Equatable {
    /// The limit.
    case limit(Limit)
    /// evictionHard is set and leaves it out, which switches it off.
    case omitted
    /// Its text is none, in words.
    case malformed(String)
  }

  private static let defaults = [
    "memory.available": "100Mi", "nodefs.available": "10%", "nodefs.inodesFree": "5%", "imagefs.available": "15%",
    "imagefs.inodesFree": "5%",
  ]

  private var texts: [String: String]
  /// Where they stand.
  package let source: String

  /// The limits of a configuration.
  ///
  /// - Throws: what keeps them from being known.
  package init(_ configuration: KubeletConfiguration) throws(KubeletProblem) {
    if let problem = configuration.flagProblem { throw problem }
    if let flag = configuration.flags.last(where: { $0.name == "eviction-hard" }) {
      let pairs = flag.value.split(separator: ",").compactMap { pair -> (String, String)? in
        let parts = pair.split(separator: "<", maxSplits: 1).map(String.init)
        return parts.count == 2 ? (parts[0], parts[1]) : nil
      }
      texts = Dictionary(pairs) { $1 }
      source = flag.source
      return
    }
    switch configuration.node(["evictionHard"]) {
    case .unknown(let problem): throw problem
    case .known(let node, let place):
      source = place
      guard let entries = node?.mapping else {
        texts = Self.defaults
        return
      }
      let set = Dictionary(entries.map { ($0.key, $0.value.text ?? "") }) { $1 }
      let merges = configuration.bool(["mergeDefaultEvictionSettings"], default: false).value ?? false
      texts = merges ? Self.defaults.merging(set) { $1 } : set
    }
  }

  /// The limit of a signal, such as `nodefs.available`.
  package func limit(_ signal: String) -> Found {
    guard let text = texts[signal] else { return .omitted }
    return Self.limit(text).map { .limit($0) } ?? .malformed("\(signal): '\(PlainText.short(text))'")
  }

  private static func limit(_ text: String) -> Limit? {
    if text.hasSuffix("%") {
      guard let percent = Double(text.dropLast()), (0...100).contains(percent) else { return nil }
      return percent == 0 || percent == 100 ? .off : .share(percent / 100)
    }
    let units: [(String, UInt64)] = [
      ("Ki", 1 << 10), ("Mi", 1 << 20), ("Gi", 1 << 30), ("Ti", 1 << 40), ("k", 1_000), ("M", 1_000_000),
      ("G", 1_000_000_000), ("T", 1_000_000_000_000),
    ]
    let unit = units.first { text.hasSuffix($0.0) }
    guard let number = Double(text.dropLast(unit?.0.count ?? 0)), number >= 0, number.isFinite else { return nil }
    let amount = number * Double(unit?.1 ?? 1)
    return amount < Double(UInt64.max) ? .amount(UInt64(amount)) : nil
  }
}
