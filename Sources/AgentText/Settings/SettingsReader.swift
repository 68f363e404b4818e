/// Reads the keys of one mapping for a settings type.
///
/// Every method names a key, so what was never named is an unknown key. Mistakes are collected, not thrown: a method
/// that has a default answers it, the others nil, and the decoding as a whole fails. An absent mapping answers all
/// defaults.
package final class SettingsReader {
  /// The node that is read.
  package let node: SettingsNode
  let diagnostics: SettingsDiagnostics
  private var known: [String] = []
  private var isOpen = false

  init(_ node: SettingsNode, _ diagnostics: SettingsDiagnostics) {
    self.node = node
    self.diagnostics = diagnostics
  }

  /// Whether the mapping has a key, even without value.
  package func has(_ key: String) -> Bool {
    child(key).yaml != nil
  }

  /// Names keys that another reader of the same mapping reads.
  package func allow(_ keys: String...) {
    known += keys
  }

  /// The keys that were named so far.
  var named: Set<String> { Set(known) }

  /// Lets unknown keys pass: another reader judges them.
  package func allowAnyKey() {
    isOpen = true
  }

  /// Reports a mistake that only the settings type can see, such as two keys that exclude each other.
  ///
  /// Both texts as in ``SettingsScalarError``.
  package func reject(_ key: String, _ wrong: String, allowed: String) {
    diagnostics.report(child(key), SettingsScalarError(wrong, allowed: allowed).message)
  }

  /// A scalar: configured, else detected on the host (with the file that tells it), else the default.
  package func value<T: SettingsScalar>(
    _ key: String, detected: (value: T, file: String)? = nil, default fallback: T
  ) -> T {
    scalar(key, detected: detected, check: nil) ?? self.fallback(key, fallback)
  }

  /// A scalar that must lie in a range, wherever it is configured.
  package func value<T: SettingsScalar & Comparable>(
    _ key: String, detected: (value: T, file: String)? = nil, default fallback: T, in range: ClosedRange<T>
  ) -> T {
    scalar(key, detected: detected, check: Self.within(range)) ?? self.fallback(key, fallback)
  }

  /// A scalar without default: nil when it is neither configured nor detected.
  package func optional<T: SettingsScalar>(
    _ key: String, as type: T.Type = T.self, detected: (value: T, file: String)? = nil
  ) -> T? {
    scalar(key, detected: detected, check: nil)
  }

  /// A scalar without default that must lie in a range.
  package func optional<T: SettingsScalar & Comparable>(_ key: String, in range: ClosedRange<T>) -> T? {
    scalar(key, detected: nil, check: Self.within(range))
  }

  /// A scalar that must be configured or detected; nil after reporting that it is not.
  package func required<T: SettingsScalar>(
    _ key: String, as type: T.Type = T.self, detected: (value: T, file: String)? = nil
  ) -> T? {
    // Of what is not a mapping, that is the mistake.
    if detected == nil, !has(key), node.isAbsent || node.yaml?.mapping != nil {
      diagnostics.report(child(key), "is missing; this key is required")
    }
    return scalar(key, detected: detected, check: nil)
  }

  /// The node of a key, which from now on is known.
  func child(_ key: String) -> SettingsNode {
    known.append(key)
    return node[key]
  }

  /// Records the value of a key.
  func record(_ key: String, _ value: String, _ origin: EffectiveSetting.Origin) {
    diagnostics.record(EffectiveSetting(path: child(key).path, value: value, origin: origin))
  }

  /// Reports what was not read, once the settings type has read everything.
  func finish() {
    guard let yaml = node.yaml, !yaml.isNull else { return }
    guard yaml.mapping != nil else {
      return diagnostics.report(node, "is \(SettingsText.kind(yaml)), not a mapping; \(SettingsText.keys(known))")
    }
    guard !isOpen else { return }
    let names = Set(known)
    for child in node.children where !names.contains(child.key) {
      diagnostics.reportUnknownKey(child, allowed: known)
    }
  }
}
