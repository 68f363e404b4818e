import AgentHost

/// What keeps a module from being loaded.
struct ModuleBlock: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    /// `blacklist` of modprobe.d(5), `modprobe.blacklist=`: hinders modules-load.d, and the kernel where it asks by an
    /// alias, but not `modprobe NAME` (systemd and kmod apply it with KMOD_PROBE_APPLY_BLACKLIST and by alias).
    case blacklist
    /// `install NAME /bin/false`: hinders everybody.
    case install
    /// `module_blacklist=`: the kernel itself refuses.
    case kernel
  }

  /// The module's name with `_`.
  var name: String
  var kind: Kind
  /// The line or word, as it stands there.
  var text: String
  /// The file.
  var path: String
  /// The line, counted from 1; 0 for the kernel's command line.
  var line: Int

  /// `FILE:LINE`.
  var source: String { line == 0 ? path : "\(path):\(line)" }

  /// Whether it hinders modprobe(8) with the module's name.
  var hindersModprobe: Bool { kind != .blacklist }

  /// Whether it hinders a way of loading at boot or later.
  func hinders(_ loading: KernelModule.Loading) -> Bool {
    switch loading {
    case .onDemand(_, byAlias: false), .kubeProxy: hindersModprobe
    case .onDemand(_, byAlias: true), .byName: true
    }
  }
}

extension ModuleBlock {
  /// The lines of a modprobe.d(5) file that keep modules from being loaded; a backslash joins a line with the next one.
  static func parse(_ content: [UInt8], path: String) -> [ModuleBlock] {
    var blocks: [ModuleBlock] = []
    var joined = ""
    var start = 1
    let lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if joined.isEmpty { start = index + 1 }
      joined += String(decoding: line, as: UTF8.self)
      if joined.last == "\\" {
        joined.removeLast()
        continue
      }
      if let block = block(joined, path: path, line: start) { blocks.append(block) }
      joined = ""
    }
    return blocks
  }

  /// `modprobe.blacklist=` is read by kmod, `module_blacklist=` by the kernel.
  static func parse(_ commandLine: BootCommandLine) -> [ModuleBlock] {
    [("modprobe.blacklist", Kind.blacklist), ("module_blacklist", .kernel)].flatMap { key, kind in
      commandLine.list(key).map {
        ModuleBlock(
          name: KernelModule.normal($0), kind: kind, text: "\(key)=\($0)", path: BootCommandLine.path, line: 0)
      }
    }
  }

  private static func block(_ line: String, path: String, line number: Int) -> ModuleBlock? {
    let words = line.split(whereSeparator: \.isWhitespace)
    guard words.count > 1 else { return nil }
    let kind: Kind
    switch words[0] {
    case "blacklist": kind = .blacklist
    case "install" where words.count > 2 && isRefusal(words[2]): kind = .install
    default: return nil
    }
    return ModuleBlock(
      name: KernelModule.normal(words[1]), kind: kind, text: words.joined(separator: " "), path: path, line: number)
  }

  /// A command that does nothing, and so takes the module's place; another one usually loads it in its own way.
  private static func isRefusal(_ command: Substring) -> Bool {
    ["false", "true", ":", "exit"].contains(command.split(separator: "/").last ?? "")
  }
}
