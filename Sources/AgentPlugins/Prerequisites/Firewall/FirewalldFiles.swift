import AgentHost

/// firewalld's configuration files: what /etc/firewalld holds goes before what its package brought
/// (firewalld.zone(5), firewalld.service(5), firewalld.policy(5)).
struct FirewalldFiles {
  static let directory = "/etc/firewalld"
  static let packaged = "/usr/lib/firewalld"

  let files: HostFiles

  /// The documents of a kind (`zones`, `policies`), by the name of their file, each with its path.
  ///
  /// A directory in /etc/firewalld/zones is one zone in several files (firewalld's src/firewall/core/fw.py,
  /// `_loader_zones`).
  func documents(_ kind: String) throws(FirewallProblem) -> [String: [(path: String, root: XMLElement)]] {
    var paths: [String: [String]] = [:]
    for directory in [Self.packaged, Self.directory].map({ "\($0)/\(kind)" }) {
      for name in try entries(directory) {
        if name.hasSuffix(".xml") {
          paths[String(name.dropLast(4))] = ["\(directory)/\(name)"]
        } else if directory.hasPrefix(Self.directory) {
          let parts = try entries("\(directory)/\(name)").filter { $0.hasSuffix(".xml") }
          if !parts.isEmpty { paths[name] = parts.map { "\(directory)/\(name)/\($0)" } }
        }
      }
    }
    var documents: [String: [(path: String, root: XMLElement)]] = [:]
    for (name, paths) in paths {
      documents[name] = []
      for path in paths { if let root = try document(path) { documents[name]?.append((path, root)) } }
    }
    return documents
  }

  /// A service by its name; nil where no file describes it.
  func service(_ name: String) throws(FirewallProblem) -> XMLElement? {
    guard !name.isEmpty, !name.contains("/") else { return nil }
    if let own = try document("\(Self.directory)/services/\(name).xml") { return own }
    return try document("\(Self.packaged)/services/\(name).xml")
  }

  /// A document; nil where there is no such file.
  func document(_ path: String) throws(FirewallProblem) -> XMLElement? {
    let content: [UInt8]?
    do { content = try files.bytesIfPresent(path) } catch { throw FirewallProblem(error) }
    guard let content else { return nil }
    guard let root = XMLElement.parse(content) else { throw FirewallProblem(path, "is no well-formed XML") }
    return root
  }

  private func entries(_ path: String) throws(FirewallProblem) -> [String] {
    do throws(FileError) {
      guard try files.kind(path) == .directory else { return [] }
      return try files.entries(path) ?? []
    } catch {
      throw FirewallProblem(error)
    }
  }
}
