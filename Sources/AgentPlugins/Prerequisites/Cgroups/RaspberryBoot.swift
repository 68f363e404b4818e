import AgentHost
import AgentText

/// The file that a Raspberry Pi's firmware takes the kernel's command line from.
///
/// Its config.txt may name another file (`cmdline=`) and put a directory before it (`os_prefix=`), as the A/B updates of
/// Ubuntu for the Pi do (Raspberry Pi's "config.txt", Boot options and Conditional filters).
struct RaspberryBoot {
  private static let directories = ["/boot/firmware", "/boot"]
  static let configurations = directories.map { "\($0)/config.txt" }
  private static let deepestInclude = 4

  let files: HostFiles
  let board: String

  /// The file, with its words on control groups. One without `root=` boots nothing: it is what a command of a tutorial
  /// left in the wrong place.
  var commandLine: Fact<BootCommandLineFile> {
    var first: Fact<BootCommandLineFile> = .absent
    for path in candidates {
      let fact = Fact(from: path) { () throws(FileError) in try files.textIfPresent(path) }
      switch fact {
      case .absent: continue
      case .unreadable(let error): return .unreadable(error)
      case .known(let text, let source):
        let words = BootCommandLineFile.words(text)
        let file = Fact.known(
          BootCommandLineFile(path: path, words: words.filter { $0.contains("cgroup") }), source: source)
        if words.contains(where: { $0.hasPrefix("root=") }) { return file }
        if first == .absent { first = file }
      }
    }
    return first
  }

  private var candidates: [String] {
    Self.directories.flatMap { directory in
      let settings = Settings(directory, files: files, board: board)
      let name = settings.values["cmdline"] ?? "cmdline.txt"
      return ["\(directory)/\(settings.values["os_prefix"] ?? "")\(name)", "\(directory)/\(name)"]
    }
  }

  /// The settings of config.txt that count on this board.
  private struct Settings {
    private(set) var values: [String: String] = [:]
    private let directory: String
    private let files: HostFiles
    private let board: String
    private var counts = true

    init(_ directory: String, files: HostFiles, board: String) {
      self.directory = directory
      self.files = files
      self.board = board
      read("config.txt", depth: 0)
    }

    private mutating func read(_ name: String, depth: Int) {
      guard depth <= RaspberryBoot.deepestInclude,
        let content = (try? files.bytesIfPresent("\(directory)/\(name)")) ?? nil
      else { return }
      for line in ConfigurationLines.split(content) where !line.hasPrefix("#") {
        if line.hasPrefix("["), line.hasSuffix("]") {
          counts = Self.fits(line.dropFirst().dropLast().lowercased(), board)
        } else if counts, line.hasPrefix("include ") {
          read(String(line.dropFirst(8).withoutBlanks), depth: depth + 1)
        } else if counts, let equals = line.firstIndex(of: "=") {
          values[String(line[..<equals].withoutBlanks)] = String(line[line.index(after: equals)...].withoutBlanks)
        }
      }
    }

    /// Filters by serial number, monitor, pin and boot mode are taken not to fit: what they ask for is not to be seen.
    private static func fits(_ filter: String, _ board: String) -> Bool {
      if filter == "all" { return true }
      guard filter.hasPrefix("pi"), let number = filter.dropFirst(2).first, number.isNumber else { return false }
      return board.hasPrefix("Raspberry Pi \(number)") || board.hasPrefix("Raspberry Pi Compute Module \(number)")
    }
  }
}
