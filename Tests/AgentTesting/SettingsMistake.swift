package import AgentText

/// The message about a text that is no value of a type; nil for a good one.
package func mistake<T: SettingsScalar>(_ type: T.Type, _ text: String) -> String? {
  do throws(SettingsScalarError) {
    _ = try T(settingsScalar: text)
    return nil
  } catch {
    return "\(error.wrong); allowed: \(error.allowed)"
  }
}
