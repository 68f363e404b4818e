package import AgentHost
package import AgentText

/// The addresses that Keepalived moves from host to host, as its configuration names them.
package enum KeepalivedAddresses {
  /// One address of a `virtual_ipaddress` block.
  package struct Entry: Sendable, Equatable {
    /// The address.
    package var address: IPAddress
    /// `FILE:LINE`.
    package var source: String
  }

  /// The configuration file.
  package static let path = KeepalivedConfiguration.path

  /// The addresses in the configuration and the files that it includes, in order; none when there is no such file.
  package static func read(_ files: HostFiles) throws(FileError) -> [Entry] {
    try KeepalivedConfiguration.read(files, judgesScripts: false)?.addresses ?? []
  }
}
