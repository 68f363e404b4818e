/// What only /sys/class/net tells of an interface.
package enum LinkFiles {
  private static let directory = "/sys/class/net"

  /// Adds speed and Wi-Fi to the interfaces of a table; what cannot be read stays unknown.
  package static func complete(_ table: NetworkTable, _ files: HostFiles) -> NetworkTable {
    var table = table
    // Of virtual interfaces only a bond has a speed that says something; a node has hundreds of veth.
    for index in table.links.indices where [nil, "bond"].contains(table.links[index].kind) {
      let path = "\(directory)/\(table.links[index].name)"
      table.links[index].speed = speed("\(path)/speed", files)
      // The second is there too where the driver still has the wireless extensions.
      table.links[index].isWireless = ["phy80211", "wireless"].contains { name in
        ((try? files.kind("\(path)/\(name)")) ?? nil) != nil
      }
    }
    return table
  }

  /// Megabits per second; the kernel says -1 or refuses (EINVAL) where it does not know, as without a carrier. Old
  /// drivers say the same -1 without its sign, in 16 or 32 bits.
  private static func speed(_ path: String, _ files: HostFiles) -> Int? {
    let text = (try? files.textIfPresent(path, limit: .kernel)) ?? nil
    let number = text.flatMap { Int($0.prefix { !$0.isNewline }) }
    return number.flatMap { $0 > 0 && $0 != Int(UInt16.max) && $0 < Int(UInt32.max) ? $0 : nil }
  }
}
