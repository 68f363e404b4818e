extension SettingsReader {
  /// What a value must satisfy beyond its type.
  typealias Check<T> = (T) -> SettingsScalarError?

  /// A configured or detected scalar; nil when there is neither, and after a mistake was reported.
  func scalar<T: SettingsScalar>(_ key: String, detected: (value: T, file: String)?, check: Check<T>?) -> T? {
    let node = child(key)
    guard node.yaml != nil else {
      if let detected { record(key, detected.value.settingsText, .detected(file: detected.file)) }
      return detected?.value
    }
    guard let value = configured(node, check: check) else { return nil }
    record(key, value.settingsText, node.origin)
    return value
  }

  /// The scalar that a node holds; nil after its mistake was reported.
  func configured<T: SettingsScalar>(_ node: SettingsNode, check: Check<T>?) -> T? {
    do throws(SettingsScalarError) {
      let value: T = try node.scalar()
      if let error = check?(value) { throw error }
      return value
    } catch {
      diagnostics.report(node, error.message)
      return nil
    }
  }

  /// The default, recorded unless the key is there and wrong.
  func fallback<T: SettingsScalar>(_ key: String, _ value: T) -> T {
    if !has(key) { record(key, value.settingsText, .default) }
    return value
  }

  static func within<T: SettingsScalar & Comparable>(_ range: ClosedRange<T>) -> Check<T> {
    { value in
      guard !range.contains(value) else { return nil }
      let (low, high) = (range.lowerBound.settingsText, range.upperBound.settingsText)
      return SettingsScalarError("\(value.settingsText) is out of range", allowed: "\(low) to \(high)")
    }
  }
}

extension SettingsNode {
  /// Where a value of this node was written.
  var origin: EffectiveSetting.Origin { .configured(file: file, line: keyMark.line) }
}
