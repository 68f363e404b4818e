import AgentText

/// What systemd-sysctl will write at the next boot, from the lines of its files in their order.
///
/// A later line of the same name takes the place of an earlier one, at the end of the order; one with the same value
/// changes nothing. A name that is written out is never set by a glob, wherever the glob stands (apply_all()).
struct SysctlBootOrder: Sendable {
  private var order: [SysctlAssignment] = []
  private let lines: [SysctlAssignment]

  init(_ lines: [SysctlAssignment]) {
    self.lines = lines
    var last: [SysctlName: Int] = [:]
    var slots: [SysctlAssignment?] = []
    for line in lines {
      if let slot = last[line.name] {
        guard slots[slot]?.value != line.value else { continue }
        slots[slot] = nil
      }
      last[line.name] = slots.count
      slots.append(line)
    }
    order = slots.compactMap(\.self)
  }

  /// The line that decides the value of a parameter; nil when none sets it.
  ///
  /// - Parameter aliases: other names of the same value in the kernel.
  func winner(for name: SysctlName, aliases: [SysctlName] = []) -> SysctlAssignment? {
    let names = [name] + aliases
    let written = Set(order.map(\.name))
    return order.last { line in
      guard line.value != nil else { return false }
      guard line.name.isGlob else { return names.contains(line.name) }
      return names.contains { !written.contains($0) && Glob.matches(line.name.path, $0.path) }
    }
  }

  /// The lines that speak of a parameter and say something else than the one that decides.
  func contradicting(_ winner: SysctlAssignment, for name: SysctlName, aliases: [SysctlName] = []) -> [SysctlAssignment]
  {
    let names = [name] + aliases
    return lines.filter { line in
      guard line != winner, let value = line.value, value != winner.value else { return false }
      return names.contains { line.name.isGlob ? Glob.matches(line.name.path, $0.path) : line.name == $0 }
    }
  }
}
