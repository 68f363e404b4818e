/// The addresses that Keepalived moves from host to host, as its configuration names them.
public enum KeepalivedAddresses {
  /// One address of a `virtual_ipaddress` block.
  public struct Entry: Sendable, Equatable {
    /// The address.
    public var address: IPAddress
    /// `FILE:LINE`.
    public var source: String
  }

  /// The configuration file.
  public static let path = KeepalivedConfiguration.path

  /// The addresses in the configuration and the files that it includes, in order; none when there is no such file.
  public static func read(_ files: HostFiles) throws(FileError) -> [Entry] {
    try KeepalivedConfiguration.read(files)?.addresses ?? []
  }
}
