import AgentText
import CSystemd
import Glibc

/// Reads the last lines of a unit from the journal (sd-journal(3)): bounded in lines, bytes and files; for the worker
/// thread.
struct JournalReader {
  private static let directories = ["/var/log/journal", "/run/log/journal"]
  private static let longestLine = 400

  private let files: HostFiles

  init(_ files: HostFiles) { self.files = files }

  /// The oldest first; nil where there is no journal that may be read.
  func lastLines(of unit: UnitName, count: Int) -> [String]? {
    for directory in Self.directories {
      guard let journal = open(directory) else { continue }
      defer { sd_journal_close(journal) }
      let lines = Self.lines(journal, unit, count: count)
      if !lines.isEmpty { return lines }
    }
    return nil
  }

  private func open(_ directory: String) -> OpaquePointer? {
    guard let place = try? files.open(directory, flags: O_RDONLY | O_NONBLOCK) else { return nil }
    // The library takes the descriptor over when it succeeds (sd_journal_open_directory_fd(3)).
    let raw = fcntl(place.raw, F_DUPFD_CLOEXEC, 3)
    var journal: OpaquePointer?
    guard raw >= 0, sd_journal_open_directory_fd(&journal, raw, 0) >= 0 else {
      if raw >= 0 { close(raw) }
      return nil
    }
    return journal
  }

  /// What the unit's processes wrote (_SYSTEMD_UNIT) and what systemd wrote of it (UNIT, from process 1).
  private static func lines(_ journal: OpaquePointer, _ unit: UnitName, count: Int) -> [String] {
    let add = { (text: String) in sd_journal_add_match(journal, text, 0) >= 0 }
    guard add("_SYSTEMD_UNIT=\(unit)"), sd_journal_add_disjunction(journal) >= 0, add("_PID=1"), add("UNIT=\(unit)"),
      sd_journal_set_data_threshold(journal, longestLine + 8) >= 0, sd_journal_seek_tail(journal) >= 0
    else { return [] }
    var lines: [String] = []
    while lines.count < count, sd_journal_previous(journal) > 0 {
      if let line = message(journal) { lines.append(line) }
    }
    return lines.reversed()
  }

  private static func message(_ journal: OpaquePointer) -> String? {
    var data: UnsafeRawPointer?
    var length = 0
    guard sd_journal_get_data(journal, "MESSAGE", &data, &length) >= 0, let data else { return nil }
    let bytes = UnsafeRawBufferPointer(start: data, count: length).dropFirst("MESSAGE=".utf8.count)
    let text = String(decoding: bytes.prefix(longestLine), as: UTF8.self)
    return SecretText.maskingCredentials(PlainText.short(text, length: longestLine))
  }
}
