import AgentHost
import AgentText

/// Units that systemd knows by several names (`Alias=`, or a link to the unit file): Debian's chrony.service is
/// chronyd.service too.
enum UnitAliases {
  /// Each unit once, under the name that is its own where that is watched; what is needed by one name is by the other.
  ///
  /// What runs tells its own name as `Id`; of what is not loaded systemd tells `alias` as the state of its file.
  static func distinct(
    _ interests: [(name: UnitName, interest: WatchedUnit.Interest)], _ found: [UnitName: Result<UnitStatus, BusError>]
  ) -> [(name: UnitName, interest: WatchedUnit.Interest)] {
    var kept: [(name: UnitName, interest: WatchedUnit.Interest)] = []
    var places: [String: Int] = [:]
    for (name, interest) in interests {
      let status = try? found[name]?.get()
      let own = status?.id ?? name.description
      if interest == .known, status?.file == "alias" { continue }
      guard let place = places[own] else {
        places[own] = kept.count
        kept.append((name, interest))
        continue
      }
      let isOwn = name.description == own
      kept[place] = (isOwn ? name : kept[place].name, interest == .known ? kept[place].interest : interest)
    }
    return kept
  }
}
