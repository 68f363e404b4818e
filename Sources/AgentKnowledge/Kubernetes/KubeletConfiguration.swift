package import AgentText

/// The kubelet's effective configuration: its file, the drop-ins over it, and the flags over both.
///
/// Later documents win key by key, as the kubelet's JSON merge patch does (cmd/kubelet/app/server.go); `null` takes a
/// value back to its default. Duplicate keys in a file: the last one wins, as in the kubelet's lenient second reading.
/// Unknown keys are kept. Keys whose value may be a secret are dropped while reading.
package struct KubeletConfiguration: Sendable, Equatable {
  /// A configuration file that was read.
  package struct Document: Sendable, Equatable {
    /// Its path.
    package var path: String
    /// Its content without ``KubeletConfiguration/secretKeys``.
    package var root: YAMLNode

    /// Makes a document.
    package init(path: String, root: YAMLNode) {
      self.path = path
      self.root = KubeletConfiguration.withoutSecrets(root)
    }
  }

  /// Top-level keys that may hold credentials: user information of a URL, an Authorization header.
  package static let secretKeys: Set<String> = ["staticPodURL", "staticPodURLHeader"]
  /// Flags that may hold the same.
  package static let secretFlags: Set<String> = ["manifest-url", "manifest-url-header"]

  /// The files, the weakest first.
  package var documents: [Document]
  /// The flags in the order of the command line.
  package var flags: [KubeletFlag]
  /// Why the flags are not all known; then no value is, because flags win.
  package var flagProblem: KubeletProblem?
  /// Why the files are not all known; then only values given by flags are.
  package var fileProblem: KubeletProblem?

  /// Makes a configuration; without arguments, the one that has nothing but defaults.
  package init(
    documents: [Document] = [], flags: [KubeletFlag] = [], flagProblem: KubeletProblem? = nil,
    fileProblem: KubeletProblem? = nil
  ) {
    self.documents = documents
    self.flags = flags
    self.flagProblem = flagProblem
    self.fileProblem = fileProblem
  }

  /// The node at a path of keys, for lists and mappings: from the strongest document that has it.
  package func node(_ path: [String]) -> KubeletSetting<YAMLNode?> {
    if let problem = flagProblem ?? fileProblem { return .unknown(problem) }
    guard let (document, node) = strongest(path) else { return .known(nil, source: Self.defaultSource) }
    return .known(node, source: "\(document.path):\(node.mark.line)")
  }

  /// A text setting; nil as value when nothing sets it.
  package func text(_ path: [String], flag: String? = nil) -> KubeletSetting<String?> {
    scalar(path, flag: flag) {
      $0.value
    } parse: {
      $0.text
    }
  }

  /// A boolean setting, or its default.
  ///
  /// A file may also say `yes`, `no`, `on`, `off`, `y` or `n`: sigs.k8s.io/yaml reads YAML 1.1.
  package func bool(_ path: [String], flag: String? = nil, default fallback: Bool) -> KubeletSetting<Bool> {
    let setting = scalar(path, flag: flag) {
      Self.flagBool($0.switchValue)
    } parse: {
      Self.fileBool($0)
    }
    switch setting {
    case .known(let value, let source): return .known(value ?? fallback, source: source)
    case .unknown(let problem): return .unknown(problem)
    }
  }

  /// An integer setting, or its default.
  package func int(_ path: [String], flag: String? = nil, default fallback: Int) -> KubeletSetting<Int> {
    switch scalar(path, flag: flag, attached: { Int($0.value) }, parse: { $0.int }) {
    case .known(let value, let source): return .known(value ?? fallback, source: source)
    case .unknown(let problem): return .unknown(problem)
    }
  }

  /// Whether a feature gate is set by hand; nil as value when it is left to the version's default.
  ///
  /// `--feature-gates` and the file's `featureGates` are merged gate by gate, the flag wins.
  package func featureGate(_ name: String) -> KubeletSetting<Bool?> {
    if let problem = flagProblem { return .unknown(problem) }
    for flag in flags.reversed() where flag.name == "feature-gates" {
      for pair in flag.value.split(separator: ",").reversed() {
        let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.first == name else { continue }
        if let value = parts.count > 1 ? Self.flagBool(parts[1]) : nil { return .known(value, source: flag.source) }
        return .unknown(
          KubeletProblem(flag.source, "'\(PlainText.short(String(pair)))' is not GATE=true or GATE=false"))
      }
    }
    return scalar(["featureGates", name], flag: nil) { _ in
      nil
    } parse: {
      Self.fileBool($0)
    }
  }

  /// The source of what nothing sets.
  package static let defaultSource = "default"
}

extension KubeletConfiguration {
  private func scalar<Value>(
    _ path: [String], flag name: String?, attached: (KubeletFlag) -> Value?, parse: (YAMLNode) -> Value?
  ) -> KubeletSetting<Value?> {
    if let problem = flagProblem { return .unknown(problem) }
    if let flag = flags.last(where: { $0.name == name }) {
      if let value = attached(flag) { return .known(value, source: flag.source) }
      return .unknown(KubeletProblem(flag.source, "'\(PlainText.short(flag.value))' is not a value of this flag"))
    }
    if let problem = fileProblem { return .unknown(problem) }
    guard let (document, node) = strongest(path) else { return .known(nil, source: Self.defaultSource) }
    if let value = parse(node) { return .known(value, source: "\(document.path):\(node.mark.line)") }
    let found = node.text.map { "'\(PlainText.short($0))'" } ?? "a list or a mapping"
    return .unknown(
      KubeletProblem("\(document.path):\(node.mark)", "\(path.joined(separator: ".")): \(found) has the wrong type"))
  }

  private func strongest(_ path: [String]) -> (Document, YAMLNode)? {
    for document in documents.reversed() {
      var node: YAMLNode? = document.root
      for key in path {
        node = node?[key]
        if node?.isNull == true { return nil }
      }
      if let node { return (document, node) }
    }
    return nil
  }

  fileprivate static func withoutSecrets(_ root: YAMLNode) -> YAMLNode {
    guard let entries = root.mapping else { return root }
    return YAMLNode(kind: .mapping(entries.filter { !secretKeys.contains($0.key) }), mark: root.mark)
  }

  /// As Go's strconv.ParseBool.
  private static func flagBool(_ text: String) -> Bool? {
    switch text {
    case "1", "t", "T", "true", "TRUE", "True": true
    case "0", "f", "F", "false", "FALSE", "False": false
    default: nil
    }
  }

  private static func fileBool(_ node: YAMLNode) -> Bool? {
    if let value = node.bool { return value }
    guard case .scalar(let text, true, nil) = node.kind else { return nil }
    switch text {
    case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON": return true
    case "n", "N", "no", "No", "NO", "off", "Off", "OFF": return false
    default: return nil
    }
  }
}
