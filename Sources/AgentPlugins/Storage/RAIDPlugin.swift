package import AgentCore
import AgentHost
package import AgentKnowledge
import AgentText

/// Arrays of disks: md, ZFS and btrfs.
package struct RAIDPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "raid", area: .storage, summary: "Arrays of disks: md, ZFS and btrfs.", checks: [check],
    rhythm: .every(.seconds(60)),
    deadline: .seconds(2))

  private static let check = CheckDefinition(
    "raid.state", title: "Arrays of disks are whole",
    why: "An array that lost a disk still works, and nobody notices, until the next disk fails and takes everything.",
    source: "/proc/mdstat; /proc/spl/kstat/zfs/POOL/state; /sys/fs/btrfs/UUID/devinfo",
    confirm: "cat /proc/mdstat; zpool status -x; btrfs filesystem show",
    remedy: "mdadm --detail /dev/md0; replace the disk; mdadm /dev/md0 --add /dev/NEW", undo: "nothing was changed",
    subject: "array", worst: .failing, atRisk: [.workloads])
  private static let pools = "/proc/spl/kstat/zfs"

  private let host: Host

  /// Watches a host.
  package init(host: Host) { self.host = host }

  /// The interval is enough.
  package func triggers() -> AsyncStream<Trigger> { .ended }

  /// Reads the arrays' states.
  package func observe(at time: HostTime) async throws -> RAIDObservation {
    let isStorage = host.roles.contains(.storage)
    return try await host.read { files in
      let md = Fact(from: RAIDArray.mdPath) { () throws(FileError) in
        try files.textIfPresent(RAIDArray.mdPath, limit: .kernel).map { RAIDArray.arrays(mdstat: $0) }
      }
      let pools = Result { () throws(FileError) in try Self.pools(files) + BtrfsVolumes.arrays(files) }
      return RAIDObservation(takenAt: time, isStorage: isStorage, md: md, pools: pools)
    }
  }

  private static func pools(_ files: HostFiles) throws(FileError) -> [RAIDArray] {
    var found: [RAIDArray] = []
    for name in try files.entries(pools) ?? [] {
      let path = "\(pools)/\(name)/state"
      guard let text = try files.textIfPresent(path, limit: .kernel) else { continue }
      found.append(RAIDArray.pool(name, state: String(text.prefix { $0 != "\n" }), source: path))
    }
    return found
  }

  /// A verdict for each array.
  package func judge(_ observation: RAIDObservation) -> [Verdict] {
    var problem = observation.md.error
    var arrays = observation.md.value ?? []
    switch observation.pools {
    case .success(let pools): arrays += pools
    case .failure(let error): problem = problem ?? error
    }
    // What could be seen counts all the same.
    let verdicts =
      arrays.map { judge($0, isStorage: observation.isStorage) }
      + [problem].compactMap(\.self).map { Verdict(Self.check.id, .unknown, "\($0)") }
    return verdicts.isEmpty ? [Verdict(Self.check.id, .skipped, "no arrays of disks here")] : verdicts
  }

  private func judge(_ array: RAIDArray, isStorage: Bool) -> Verdict {
    let (state, words): (CheckState, String) =
      switch array.state {
      case .whole where !array.failed.isEmpty:
        (.warning, "\(array.name) works, and still lists what failed: \(array.failed.joined(separator: ", "))")
      case .whole: (.ok, "all its disks work")
      case .degraded(let working, let total, let repair?):
        (.warning, "\(array.name) has \(working) of \(total) disks and is being repaired: \(repair)")
      case .degraded(_, 0, nil): (.failing, "\(array.name) is degraded: a further failure may be its last")
      case .degraded(let working, let total, nil):
        (.failing, "\(array.name) has only \(working) of \(total) disks: a further failure may be its last")
      case .broken(let word): (.failing, "\(array.name) does not work: \(PlainText.short(word))")
      }
    let remedy =
      array.name.hasPrefix("pool ")
      ? "zpool status -v"
      : array.name.hasPrefix("btrfs ") ? BtrfsVolumes.remedy : "mdadm --detail /dev/\(array.name)"
    return Verdict(
      Self.check.id, subject: array.name, state, words,
      evidence: [Evidence(array.source, PlainText.short(array.text, length: 120))],
      remedy: state.isFinding ? remedy : nil, atRisk: isStorage ? [.storage] : [.workloads])
  }

  /// The contract has no numbers of arrays: node_exporter has them.
  package func metrics(_: RAIDObservation) -> [MetricFamily] { [] }
}

/// What is known of arrays.
package struct RAIDObservation: Sendable, Equatable {
  /// When they were looked at.
  package var takenAt: HostTime
  /// Whether this host exports file systems.
  var isStorage: Bool
  var md: Fact<[RAIDArray]>
  /// Those of ZFS and btrfs.
  var pools: Result<[RAIDArray], FileError>
}

/// Several disks that work as one.
struct RAIDArray: Sendable, Equatable {
  /// How it is.
  enum State: Sendable, Hashable {
    /// All its disks work.
    case whole
    /// It works, and a further failure may be its last; what is being done about it, as in `recovery 5.6%`.
    case degraded(working: Int, of: Int, repair: String?)
    /// It does not work; in its own word: `inactive`, `SUSPENDED`.
    case broken(String)
  }

  /// `md0`, `pool tank`, or `btrfs UUID`.
  var name: String
  var state: State
  /// Members that failed and were not removed: `sda1`.
  var failed: [String] = []
  var source: String
  /// The lines or the word that tell.
  var text: String
}

extension RAIDArray {
  static let mdPath = "/proc/mdstat"

  /// Reads /proc/mdstat (md(4)).
  static func arrays(mdstat text: String) -> [RAIDArray] {
    var arrays: [RAIDArray] = []
    for line in text.split(separator: "\n") {
      let words = line.split { $0 == " " || $0 == "\t" }
      if words.count >= 3, words[1] == ":", line.hasPrefix("md") {
        let isActive = words[2].hasPrefix("active")
        arrays.append(
          RAIDArray(
            name: String(words[0]), state: isActive ? .whole : .broken(String(words[2])),
            failed: words.dropFirst(3).filter { $0.contains("(F)") }.map { String($0.prefix { $0 != "[" }) },
            source: mdPath, text: String(line)))
      } else if let last = arrays.indices.last, line.first == " " || line.first == "\t" {
        arrays[last].take(words)
        if isContainer(words) { arrays.removeLast() }
      }
    }
    return arrays
  }

  /// Metadata of Intel or DDF without a level (`super external:imsm`): what the arrays of a controller are kept in, and
  /// never active itself (md(4), mdadm(8)).
  private static func isContainer(_ words: [Substring]) -> Bool {
    words.contains { $0 == "external:imsm" || $0 == "external:ddf" }
  }

  /// A line below an array's first one: `1953382464 blocks super 1.2 [2/1] [U_]`, or
  /// `[=>....]  recovery =  5.6% (…) finish=…`.
  private mutating func take(_ words: [Substring]) {
    for (index, word) in words.enumerated() {
      if let (total, working) = Self.members(word), working < total, case .whole = state {
        state = .degraded(working: working, of: total, repair: nil)
        text += " \(word)"
      }
      // A repair that waits for another array on the same disks, or for somebody to write.
      if word.hasSuffix("=DELAYED") || word.hasSuffix("=PENDING"), case .degraded(let working, let total, nil) = state {
        state = .degraded(working: working, of: total, repair: String(word))
      }
      let actions = ["recovery", "resync", "reshape"]
      if actions.contains(where: { word == $0 }), case .degraded(let working, let total, nil) = state {
        let progress = words.dropFirst(index + 1).first { $0.hasSuffix("%") } ?? ""
        state = .degraded(working: working, of: total, repair: "\(word) \(progress)")
      }
    }
  }

  private static func members(_ word: Substring) -> (total: Int, working: Int)? {
    guard word.hasPrefix("["), word.hasSuffix("]") else { return nil }
    let parts = word.dropFirst().dropLast().split(separator: "/")
    guard parts.count == 2, let total = Int(parts[0]), let working = Int(parts[1]) else { return nil }
    return (total, working)
  }

  /// A pool of ZFS by the word in /proc/spl/kstat/zfs/POOL/state, which the module gives without asking a disk.
  static func pool(_ name: String, state word: String, source: String) -> RAIDArray {
    let state: State =
      switch word {
      case "ONLINE": .whole
      case "DEGRADED": .degraded(working: 0, of: 0, repair: nil)
      default: .broken(word)
      }
    return RAIDArray(name: "pool \(name)", state: state, source: source, text: word)
  }
}
