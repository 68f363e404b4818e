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
