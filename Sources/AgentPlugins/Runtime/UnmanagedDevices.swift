import AgentHost
import AgentKnowledge
import AgentText

/// The devices that NetworkManager is told to leave alone: `unmanaged-devices` of `[keyfile]` in all its files.
///
/// NetworkManager.conf(5) of 1.30 to 1.54: files of the same name in /etc hide those in /run and these those in /usr/lib;
/// of what is left /usr/lib comes first, then /run, NetworkManager.conf and conf.d in /etc. `=` replaces the list, `+=`
/// adds to it, `-=` takes from it; a file with `enable=false` in `[.config]` is not read.
struct UnmanagedDevices: Sendable, Equatable {
  static let directories = [
    "/etc/NetworkManager/conf.d", "/run/NetworkManager/conf.d", "/usr/lib/NetworkManager/conf.d",
  ]
  static let file = "/etc/NetworkManager/NetworkManager.conf"
  private static let key = "unmanaged-devices"

  /// The specifications in force.
  private(set) var specifications: [String] = []

  /// Reads the files; for the worker thread.
  init(reading files: HostFiles) throws(FileError) {
    for path in try Self.paths(files) {
      if let content = try files.bytesIfPresent(path) { apply(String(decoding: content, as: UTF8.self)) }
    }
  }

  private static func paths(_ files: HostFiles) throws(FileError) -> [String] {
    var seen: Set<String> = []
    var paths: [String] = []
    for (index, directory) in directories.enumerated() {
      let names = (try files.entries(directory) ?? []).filter { $0.hasSuffix(".conf") && !seen.contains($0) }.sorted()
      seen.formUnion(names)
      // What is found later is weaker, so it stands before.
      paths = names.map { "\(directory)/\($0)" } + paths
      if index == 0 { paths = [file] + paths }
    }
    return paths
  }

  private mutating func apply(_ text: String) {
    let settings = UnitText.parse(text)
    let isOff = settings.contains {
      $0.section == ".config" && $0.key == "enable" && ["false", "no", "off", "0"].contains($0.value.lowercased())
    }
    guard !isOff else { return }
    for setting in settings where setting.section == "keyfile" {
      let listed = setting.value.split { ";,".contains($0) }.map { String($0.withoutBlanks) }.filter { !$0.isEmpty }
      switch setting.key {
      case Self.key: specifications = listed
      case Self.key + "+": specifications += listed.filter { !specifications.contains($0) }
      case Self.key + "-": specifications.removeAll(where: listed.contains)
      default: continue
      }
    }
  }

  /// Whether a virtual Ethernet device of this name is left alone: an `except:` that fits outweighs all others.
  func contain(ethernetPair name: String) -> Bool {
    let exceptions = specifications.compactMap { $0.hasPrefix("except:") ? String($0.dropFirst(7)) : nil }
    guard !exceptions.contains(where: { Self.matches($0, name) }) else { return false }
    return specifications.contains { Self.matches($0, name) }
  }

  private static func matches(_ specification: String, _ name: String) -> Bool {
    if ["*", "type:veth", "driver:veth"].contains(specification) { return true }
    guard specification.hasPrefix("interface-name:") else { return false }
    let wanted = specification.dropFirst("interface-name:".count)
    if wanted.hasPrefix("=") { return wanted.dropFirst() == name }
    return Glob.matches(String(wanted.hasPrefix("~") ? wanted.dropFirst() : wanted), name)
  }
}
