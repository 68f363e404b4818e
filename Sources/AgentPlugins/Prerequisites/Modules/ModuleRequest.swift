import AgentHost
import AgentText

/// A line that asks for a module at boot.
struct ModuleRequest: Sendable, Equatable {
  /// The module's name with `_`.
  var name: String
  /// Words after the name, which systemd takes for a part of it, so that it finds no such module.
  var parameters: String?
  /// `FILE:LINE`.
  var source: String
}

/// Reads a modules-load.d(5) file as systemd-modules-load does (src/modules-load/modules-load.c of 252 and 257).
enum ModuleRequestFile {
  static func parse(_ content: [UInt8], path: String) -> [ModuleRequest] {
    ConfigurationLines.split(content).enumerated().compactMap { index, line in
      guard let first = line.first, first != "#", first != ";" else { return nil }
      let name = line.prefix { $0 != " " && $0 != "\t" }
      let parameters = line.dropFirst(name.count).withoutBlanks
      return ModuleRequest(
        name: KernelModule.normal(name), parameters: parameters.isEmpty ? nil : String(parameters),
        source: "\(path):\(index + 1)")
    }
  }
}

/// Reads the kernel's and kmod's lists of modules.
enum ModuleList {
  /// The names in /proc/modules (proc(5)) without those that are being unloaded.
  static func loaded(_ content: [UInt8]) -> Set<String> {
    var names: Set<String> = []
    for line in content.split(separator: newline) {
      let fields = line.split(separator: UInt8(ascii: " "))
      if fields.count > 4, fields[4].elementsEqual("Unloading".utf8) { continue }
      if let name = fields.first { names.insert(normal(name)) }
    }
    return names
  }

  /// The files of wanted modules in modules.dep(5), where a line begins with the path, or in modules.builtin, where it
  /// is the path; by the module's name. The lists are long, so that nothing but the wanted lines becomes text.
  static func paths(of wanted: Set<String>, in content: [UInt8]) -> [String: String] {
    let lengths = Set(wanted.map(\.utf8.count))
    var found: [String: String] = [:]
    var rest = content[...]
    while !rest.isEmpty, found.count < wanted.count {
      let line = rest.prefix(upTo: rest.firstIndex(of: newline) ?? rest.endIndex)
      rest = rest[line.endIndex...].dropFirst()
      let path = line.prefix(upTo: line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex)
      guard let name = name(ofFile: path, lengths), wanted.contains(name) else { continue }
      found[name] = found[name] ?? String(decoding: path, as: UTF8.self)
    }
    return found
  }

  /// `kernel/net/bridge/br_netfilter.ko.xz` is br_netfilter; nil for names of other lengths.
  private static func name(ofFile path: ArraySlice<UInt8>, _ lengths: Set<Int>) -> String? {
    let start = path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? path.startIndex
    let end = path[start...].firstIndex(of: UInt8(ascii: ".")) ?? path.endIndex
    guard lengths.contains(end - start), path[end...].starts(with: ".ko".utf8) else { return nil }
    return normal(path[start..<end])
  }

  private static func normal(_ name: ArraySlice<UInt8>) -> String {
    KernelModule.normal(String(decoding: name, as: UTF8.self))
  }

  private static let newline = UInt8(ascii: "\n")
}

/// Whether the running kernel has the code of a module.
enum ModulePresence: Sendable, Equatable {
  /// It is loaded; the file that says so.
  case loaded(String)
  /// It is part of the kernel itself; the file that says so.
  case builtIn(String)
  /// It is not loaded, but its file is there; its path as modules.dep has it.
  case loadable(String)
  /// Neither loaded nor built in, and not among the kernel's modules; the list that lacks it.
  case missing(String)
  /// The directory of the running kernel's modules is not there; other kernels' names.
  case gone(release: String, others: [String])
  /// The kernel takes no modules, and this is not built in.
  case unsupported
  /// Nothing of the host tells.
  case notSeen
  /// What would tell cannot be read.
  case hidden(FileError)

  /// Whether its code runs; nil where that cannot be seen.
  var isInKernel: Bool? {
    switch self {
    case .loaded, .builtIn: true
    case .loadable, .missing, .gone, .unsupported: false
    case .notSeen, .hidden: nil
    }
  }
}
