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
  public static let path = "/etc/keepalived/keepalived.conf"

  /// The addresses in /etc/keepalived/keepalived.conf, in order; none when there is no such file.
  public static func read(_ files: HostFiles) throws(FileError) -> [Entry] {
    // Host names in other encodings are no reason to overlook an address.
    parse(String(decoding: try files.bytesIfPresent(path) ?? [], as: UTF8.self))
  }

  /// The addresses in `virtual_ipaddress { … }` and `virtual_ipaddress_excluded { … }` of keepalived.conf(5).
  public static func parse(_ configuration: String) -> [Entry] {
    var found: [Entry] = []
    var isInside = false
    let lines = configuration.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      let spaced = line.prefix { $0 != "#" && $0 != "!" }.map { "{}".contains($0) ? " \($0) " : "\($0)" }.joined()
      for word in spaced.split(whereSeparator: \.isWhitespace) {
        if word == "virtual_ipaddress" || word == "virtual_ipaddress_excluded" { isInside = true }
        if word == "}" { isInside = false }
        guard isInside, let address = try? IPAddress(settingsScalar: String(word.prefix { $0 != "/" })) else {
          continue
        }
        found.append(Entry(address: address, source: "\(path):\(index + 1)"))
      }
    }
    return found
  }
}
