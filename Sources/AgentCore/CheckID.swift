/// The name of one check: `plugin.check`, lower case, for example `swap.policy`. It never changes its meaning.
package struct CheckID: Hashable, Sendable, Comparable, CustomStringConvertible, ExpressibleByStringLiteral {
  /// The whole name.
  package let description: String

  /// Takes a name as it is; ``isWellFormed`` tells whether it keeps the rules.
  package init(_ name: String) { description = name }

  /// Takes a name as it is; ``isWellFormed`` tells whether it keeps the rules.
  package init(stringLiteral name: String) { description = name }

  /// The part before the dot.
  package var plugin: String { String(description.prefix { $0 != "." }) }

  /// Whether the name is `plugin.check` in lower-case letters, digits and inner hyphens.
  package var isWellFormed: Bool {
    let parts = description.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy(Self.isWord)
  }

  private static func isWord(_ part: Substring) -> Bool {
    guard let first = part.first, let last = part.last, first != "-", last != "-" else { return false }
    return part.allSatisfy { $0 == "-" || ("a"..."z").contains($0) || ("0"..."9").contains($0) }
  }

  /// Alphabetical order.
  package static func < (left: CheckID, right: CheckID) -> Bool { left.description < right.description }
}
