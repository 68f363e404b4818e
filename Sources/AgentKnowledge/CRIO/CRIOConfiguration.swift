/// The part of CRI-O's configuration that checks need (crio.conf(5)).
package struct CRIOConfiguration: Sendable, Equatable, Codable {
  /// `network_dir` of `[crio.network]`: where the CNI configuration is read.
  package var networkDirectory: String?

  /// Makes a configuration.
  package init(networkDirectory: String? = nil) { self.networkDirectory = networkDirectory }

  /// Reads the answer of `GET /config`; nil for what has no table `[crio]` or below.
  init?(toml bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    let strings = TOMLStrings(text)
    guard strings.tables.contains(where: { $0 == "crio" || $0.hasPrefix("crio.") }) else { return nil }
    self.init(networkDirectory: strings["crio.network", "network_dir"])
  }
}
