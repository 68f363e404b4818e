package import AgentText

/// A directory that an NFS server exports.
package struct NFSSource: Sendable, Hashable, CustomStringConvertible {
  /// The server.
  package let server: NetworkHost
  /// The exported directory, as exports(5) names it.
  package let export: AbsolutePath

  /// An export of a server.
  package init(server: NetworkHost, export: AbsolutePath) {
    self.server = server
    self.export = export
  }

  /// `SERVER:EXPORT` as in fstab(5), an IPv6 address in brackets.
  package var description: String { "\(server.bracketed):\(export)" }
}

extension NFSSource: SettingsScalar {
  /// `SERVER:EXPORT`, as nfs(5) writes a source.
  package init(settingsScalar text: String) throws(SettingsScalarError) {
    guard let separator = text.firstRange(of: ":/") else {
      throw SettingsScalarError(
        "'\(PlainText.short(text))' is not an NFS source", allowed: "SERVER:/DIRECTORY, as in 192.0.2.1:/srv/data")
    }
    let server = try NetworkHost(bracketed: String(text[..<separator.lowerBound]))
    let path = text[text.index(after: separator.lowerBound)...]
    self.init(server: server, export: try AbsolutePath(settingsScalar: String(path)))
  }
}

extension NFSSource: SettingsDecodable {
  /// The keys `server` and `export`, both required.
  package init?(from reader: SettingsReader) {
    let server = reader.required("server", as: NetworkHost.self)
    let export = reader.required("export", as: AbsolutePath.self)
    guard let server, let export else { return nil }
    self.init(server: server, export: export)
  }
}
