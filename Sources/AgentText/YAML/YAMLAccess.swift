// What lenient readers (the kubelet's configuration, manifests) need. Every accessor answers nil for another type:
// a reader that only wants one field need not care about the rest.
extension YAMLNode {
  /// The value of a key; nil for an unknown key and for what is not a mapping.
  package subscript(key: String) -> YAMLNode? {
    mapping?.first { $0.key == key }?.value
  }

  /// The value at a path of keys; nil as soon as one of them is missing.
  package subscript(path keys: String...) -> YAMLNode? {
    var node: YAMLNode? = self
    for key in keys { node = node?[key] }
    return node
  }

  /// The items of a sequence.
  package var sequence: [YAMLNode]? {
    if case .sequence(let items) = kind { items } else { nil }
  }

  /// The entries of a mapping, in order.
  package var mapping: [Entry]? {
    if case .mapping(let entries) = kind { entries } else { nil }
  }

  /// The text of any scalar, whatever its type: `5` and `"5"` are both `5`.
  package var text: String? {
    if case .scalar(let text, _, _) = kind { text } else { nil }
  }

  /// A boolean: plain `true` or `false`, also capitalised or in capitals. `yes` and `on` are strings.
  package var bool: Bool? {
    if case .bool(let value) = scalar { value } else { nil }
  }

  /// An integer that fits: decimal with an optional sign, `0x1f` or `0o17`. `0777` is 777.
  package var int: Int? {
    if case .int(let value) = scalar { value } else { nil }
  }

  /// A number: a float of the core schema, including `.inf` and `.nan`, or an integer.
  package var double: Double? {
    switch scalar {
    case .float(let value): value
    case .int(let value): Double(value)
    case .hugeInt: text.flatMap { Double($0) }
    default: nil
    }
  }

  /// Whether the node is a null: a missing value, `~` or plain `null`.
  package var isNull: Bool { scalar == .null }

  /// The scalar's type by the core schema; nil for collections.
  var scalar: CoreScalar? {
    guard case .scalar(let text, let plain, let tag) = kind else { return nil }
    return CoreScalar(text: text, plain: plain, tag: tag)
  }
}
