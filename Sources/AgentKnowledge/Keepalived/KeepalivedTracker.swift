/// What watches a service for Keepalived: `vrrp_script`, `vrrp_track_process`, `vrrp_track_file` or `bfd_instance`.
struct KeepalivedTracker {
  /// Its kind: names are told apart by it.
  enum Kind: String {
    case script, process, file, bfd

    /// The kind that a block at the top of the file defines.
    init?(definedBy block: String) {
      switch block {
      case "vrrp_script": self = .script
      case "vrrp_track_process": self = .process
      case "vrrp_track_file", "track_file": self = .file
      case "bfd_instance": self = .bfd
      default: return nil
      }
    }

    /// The kind that a block of an instance or a sync group uses.
    init?(usedBy block: String) {
      switch block {
      case "track_script": self = .script
      case "track_process", "vrrp_track_process": self = .process
      case "track_file", "vrrp_track_file": self = .file
      case "track_bfd": self = .bfd
      default: return nil
      }
    }

    /// The block that uses it.
    var block: String { "track_\(rawValue)" }
  }

  /// A line of a `track_…` block.
  struct Use {
    var kind: Kind
    var name: String
    /// `weight` of that line.
    var weight: Int?
    /// `FILE:LINE`.
    var source: String
    /// The place of the definition that Keepalived has read by then.
    var definition: Int?
  }

  var kind: Kind
  var name: String
  /// `FILE:LINE`.
  var source: String
  /// What is run or watched, as it is written; nil when nothing is named.
  var subject: String?
  /// `weight`; nil when it names none.
  var weight: Int?
  /// `user` of a script: the user, and perhaps a group.
  var user: [String] = []

  /// By how much the priority changes; 0 puts the instance into FAULT. Nil: Keepalived's default for processes is not
  /// certain; a file has 1.
  func effect(_ use: Use) -> Int? {
    if let stated = use.weight ?? weight { return stated }
    switch kind {
    case .script, .bfd: return 0
    case .file: return 1
    case .process: return nil
    }
  }
}
