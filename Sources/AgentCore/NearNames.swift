/// The names of a list that a mistyped name may have meant.
///
/// Letter case is ignored. A name is near when it is at most two edits away (an insertion, a deletion, a
/// substitution or a swap of neighbours: the restricted Damerau-Levenshtein distance), one edit for names of fewer
/// than four letters, or when one of the two names begins with the whole other one.
package enum NearNames {
  /// At most three near names, the nearest first and equally near ones in alphabetical order.
  ///
  /// The result does not depend on the order of `candidates`.
  package static func near(_ name: String, in candidates: [String]) -> [String] {
    let wanted = Array(name.lowercased().unicodeScalars)
    var ranked: [(rank: Int, name: String)] = []
    for candidate in Set(candidates) {
      guard let rank = rank(Array(candidate.lowercased().unicodeScalars), wanted) else { continue }
      ranked.append((rank, candidate))
    }
    ranked.sort { ($0.rank, $0.name) < ($1.rank, $1.name) }
    return ranked.prefix(3).map(\.name)
  }

  /// The number of edits, 3 for a common prefix, or nil for a name that is not near.
  private static func rank(_ candidate: [Unicode.Scalar], _ wanted: [Unicode.Scalar]) -> Int? {
    let most = wanted.count < 4 ? 1 : 2
    if abs(candidate.count - wanted.count) <= most {
      let edits = distance(candidate, wanted)
      if edits <= most { return edits }
    }
    guard min(candidate.count, wanted.count) >= 3 else { return nil }
    return candidate.starts(with: wanted) || wanted.starts(with: candidate) ? 3 : nil
  }

  /// The restricted Damerau-Levenshtein distance, three rows at a time.
  private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (row, letter) in left.enumerated() {
      var current = [row + 1]
      for (column, other) in right.enumerated() {
        var cost = min(last[column + 1] + 1, current[column] + 1, last[column] + (letter == other ? 0 : 1))
        if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
          cost = min(cost, beforeLast[column - 1] + 1)
        }
        current.append(cost)
      }
      (beforeLast, last) = (last, current)
    }
    return last[right.count]
  }
}
