/// A node of a YAML document: a scalar, a sequence or a mapping, with its place in the text.
///
/// Aliases are resolved: the node is a copy of the anchored one, marked where the alias stands; what is below it keeps
/// its marks and is shared, not copied. Anchors, comments and the tags of collections are not kept. Merge keys (`<<`)
/// belong to YAML 1.1 and are ordinary keys here.
package struct YAMLNode: Sendable, Equatable {
  /// What a node is.
  package enum Kind: Sendable, Equatable {
    /// A scalar: its text after unescaping, whether it was written without quotes, and its tag when it had one.
    ///
    /// The tag is the resolved one (`tag:yaml.org,2002:str` for `!!str`). A missing value is the empty plain scalar.
    case scalar(text: String, plain: Bool, tag: String?)
    /// A list of nodes.
    case sequence([YAMLNode])
    /// Keys and values in the order of the text; no key occurs twice.
    case mapping([Entry])
  }

  /// A key of a mapping and its value.
  package struct Entry: Sendable, Equatable {
    /// The key's text, whatever its quotes or type: `1` and `"1"` are the same key.
    package let key: String
    /// Where the key begins.
    package let keyMark: SourceMark
    /// The value.
    package let value: YAMLNode

    /// A key and its value.
    package init(key: String, keyMark: SourceMark, value: YAMLNode) {
      self.key = key
      self.keyMark = keyMark
      self.value = value
    }
  }

  /// What the node is.
  package let kind: Kind
  /// Where the node begins.
  package let mark: SourceMark

  /// A node at a place.
  package init(kind: Kind, mark: SourceMark) {
    self.kind = kind
    self.mark = mark
  }
}

/// The path of a key as messages show it: keys joined by dots, and the index of a list item in brackets.
enum YAMLPath {
  /// A path and one more key. A key that itself holds dots (`swap.policy`) is written as it is.
  static func join(_ path: String, _ key: String) -> String {
    let name = PlainText.short(key)
    return path.isEmpty ? name : "\(path).\(name)"
  }
}
