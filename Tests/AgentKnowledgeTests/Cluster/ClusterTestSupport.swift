import AgentKnowledge
import AgentText

/// The settings of the key `cluster` in a file named `f`.
func cluster(_ text: String) throws(SettingsErrors) -> ClusterSettings {
  try Settings.load(text: Array(text.utf8), file: "f")["cluster"].decode()
}
