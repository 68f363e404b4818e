import AgentText

/// The name under which a kubelet registers its node: the host name or `--hostname-override`, in lower case
/// (pkg/util/node, GetHostname).
struct NodeName: Sendable, Equatable {
  /// A node's name is a subdomain of RFC 1123 (Kubernetes documentation, "Object Names and IDs").
  private static let longest = 253
  /// It is the value of the label kubernetes.io/hostname too, and label values are shorter.
  private static let longestLabel = 63

  /// As it is written.
  var written: String

  init(_ text: String) { written = text.filter { !$0.isWhitespace } }

  /// As the kubelet registers it.
  var name: String { written.lowercased() }

  /// The address, where it is one.
  var address: IPAddress? { try? IPAddress(settingsScalar: name) }

  /// What is wrong with it as the name of a node; nil when nothing is.
  var mistake: String? {
    guard !name.isEmpty else { return "is empty" }
    if let wrong = name.unicodeScalars.first(where: { !Self.isAllowed($0) }) {
      return "has '\(PlainText.short(String(wrong)))', and only a-z, 0-9, '-' and '.' are allowed"
    }
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    if labels.contains("") { return "has a dot with nothing before or after it" }
    if labels.contains(where: { $0.hasPrefix("-") || $0.hasSuffix("-") }) {
      return "has a part that begins or ends with '-'"
    }
    guard name.utf8.count <= Self.longest else {
      return "has \(name.utf8.count) characters, \(Self.longest) are allowed"
    }
    guard name.utf8.count <= Self.longestLabel else {
      return "has \(name.utf8.count) characters, and the label kubernetes.io/hostname takes \(Self.longestLabel)"
    }
    return nil
  }

  /// Whether it is what systems without a name call themselves.
  var isPlaceholder: Bool {
    let first = name.split(separator: ".").first
    return first == "localhost" || first == "localhost4" || first == "localhost6"
  }

  /// A name like it that is right; nil where nothing of it can be kept.
  var mended: String? {
    let hyphens = name.map { $0.unicodeScalars.allSatisfy(Self.isAllowed) ? $0 : "-" }
    let parts = String(hyphens).split(separator: ".").map { part in
      String(String(part.drop { $0 == "-" }.reversed()).drop { $0 == "-" }.reversed())
    }
    let candidate = NodeName(parts.filter { !$0.isEmpty }.joined(separator: "."))
    return candidate.mistake == nil ? candidate.name : nil
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    "a"..."z" ~= scalar || "0"..."9" ~= scalar || scalar == "-" || scalar == "."
  }
}
