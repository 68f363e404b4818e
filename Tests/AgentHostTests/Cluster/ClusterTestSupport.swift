import AgentHost

/// The message about a text that is no value of a type; nil for a good one.
func mistake<T: SettingsScalar>(_ type: T.Type, _ text: String) -> String? {
  do throws(SettingsScalarError) {
    _ = try T(settingsScalar: text)
    return nil
  } catch {
    return "\(error.wrong); allowed: \(error.allowed)"
  }
}

/// The settings of the key `cluster` in a file named `f`.
func cluster(_ text: String) throws(SettingsErrors) -> ClusterSettings {
  try Settings.load(text: Array(text.utf8), file: "f")["cluster"].decode()
}
