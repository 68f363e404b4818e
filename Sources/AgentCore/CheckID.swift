/// The name of one check: `plugin.check`, lower case, for example `swap.policy`. It never changes its meaning.
package struct CheckID: Hashable, Sendable, Comparable, CustomStringConvertible, ExpressibleByStringLiteral {
  /// The whole name.
  package let description: String

  /// Takes a name as it is.
  package init(_ name: String) { description = name }

  /// Takes a name as it is.
  package init(stringLiteral name: String) { description = name }

  /// The part before the dot.
  package var plugin: String { String(description.prefix { $0 != "." }) }

  /// Alphabetical order.
  package static func < (left: CheckID, right: CheckID) -> Bool { left.description < right.description }
}
