/// Several disks that work as one.
struct RAIDArray: Sendable, Equatable {
  /// How it is.
  enum State: Sendable, Hashable {
    /// All its disks work.
    case whole
    /// It works, and a further failure may be its last; what is being done about it, as in `recovery 5.6%`.
    case degraded(working: Int, of: Int, repair: String?)
    /// It does not work; in its own word: `inactive`, `SUSPENDED`.
    case broken(String)
  }

  /// `md0`, or `pool tank`.
  var name: String
  var state: State
  var source: String
  /// The lines or the word that tell.
  var text: String
}

extension RAIDArray {
  static let mdPath = "/proc/mdstat"

  /// Reads /proc/mdstat (md(4)).
  static func arrays(mdstat text: String) -> [RAIDArray] {
    var arrays: [RAIDArray] = []
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count >= 3, words[1] == ":", line.hasPrefix("md") {
        let isActive = words[2].hasPrefix("active")
        arrays.append(
          RAIDArray(
            name: String(words[0]), state: isActive ? .whole : .broken(String(words[2])), source: mdPath,
            text: String(line)))
      } else if let last = arrays.indices.last, line.first == " " {
        arrays[last].take(words)
      }
    }
    return arrays
  }

  /// A line below an array's first one: `1953382464 blocks super 1.2 [2/1] [U_]`, or
  /// `[=>....]  recovery =  5.6% (…) finish=…`.
  private mutating func take(_ words: [Substring]) {
    for (index, word) in words.enumerated() {
      if let (total, working) = Self.members(word), working < total, case .whole = state {
        state = .degraded(working: working, of: total, repair: nil)
        text += " \(word)"
      }
      let actions = ["recovery", "resync", "reshape"]
      if actions.contains(where: { word == $0 }), case .degraded(let working, let total, nil) = state {
        let progress = words.dropFirst(index + 1).first { $0.hasSuffix("%") } ?? ""
        state = .degraded(working: working, of: total, repair: "\(word) \(progress)")
      }
    }
  }

  private static func members(_ word: Substring) -> (total: Int, working: Int)? {
    guard word.hasPrefix("["), word.hasSuffix("]") else { return nil }
    let parts = word.dropFirst().dropLast().split(separator: "/")
    guard parts.count == 2, let total = Int(parts[0]), let working = Int(parts[1]) else { return nil }
    return (total, working)
  }

  /// A pool of ZFS by the word in /proc/spl/kstat/zfs/POOL/state, which the module gives without asking a disk.
  static func pool(_ name: String, state word: String, source: String) -> RAIDArray {
    let state: State =
      switch word {
      case "ONLINE": .whole
      case "DEGRADED": .degraded(working: 0, of: 0, repair: nil)
      default: .broken(word)
      }
    return RAIDArray(name: "pool \(name)", state: state, source: source, text: word)
  }
}
