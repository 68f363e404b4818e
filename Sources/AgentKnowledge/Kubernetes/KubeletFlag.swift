/// A flag on the kubelet's command line.
package struct KubeletFlag: Sendable, Hashable {
  /// Its name without dashes; `_` counts as `-`, as the kubelet takes it.
  package var name: String
  /// What stands after `=`; nil without.
  package var attached: String?
  /// The word after the flag, which is the value of a flag that is no switch and has nothing attached.
  package var following: String?
  /// The file whose text gave it.
  package var file: String

  /// Makes a flag.
  package init(name: String, attached: String? = nil, following: String? = nil, file: String) {
    self.name = name
    self.attached = attached
    self.following = following
    self.file = file
  }

  /// The value of a flag that takes one.
  package var value: String { attached ?? following ?? "" }
  /// The value of a switch: `true` when nothing is attached (pflag never takes the next word for a switch).
  package var switchValue: String { attached ?? "true" }
  /// As evidence names it: `--fail-swap-on in /etc/default/kubelet`.
  package var source: String { "--\(name) in \(file)" }

  /// The flags of a command line without its first word.
  static func parse(_ words: [UnitWords.Word]) -> [KubeletFlag] {
    var flags: [KubeletFlag] = []
    for (index, word) in words.enumerated() where word.text.hasPrefix("-") && word.text.count > 1 {
      let body = word.text.drop { $0 == "-" }
      let parts = body.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let first = parts.first, !first.isEmpty else { continue }
      let name = String(first.map { $0 == "_" ? "-" : $0 })
      let next = index + 1 < words.count && !words[index + 1].text.hasPrefix("-") ? words[index + 1].text : nil
      let attached = parts.count > 1 ? parts[1] : nil
      let isSecret = KubeletConfiguration.secretFlags.contains(name)
      flags.append(
        KubeletFlag(
          name: name, attached: isSecret ? "***" : attached, following: attached == nil && !isSecret ? next : nil,
          file: word.file))
    }
    return flags
  }
}
