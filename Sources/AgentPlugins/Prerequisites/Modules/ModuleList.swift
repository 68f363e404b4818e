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
