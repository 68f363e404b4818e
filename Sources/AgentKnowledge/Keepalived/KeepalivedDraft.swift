import AgentText

/// What `global_defs` say for all instances.
struct KeepalivedGlobals {
  var isStrict = false
  var version: Int?
  var defaultInterface: String?
  var scriptUser: [String] = []
  var isSecure = false

  /// Takes a statement in; true for `enable_dbus`.
  mutating func take(_ words: [String]) -> Bool {
    let value = words.dropFirst().first
    switch words[0] {
    case "enable_dbus": return true
    case "vrrp_strict": isStrict = true
    case "vrrp_version": version = value.flatMap { Int($0) }
    case "default_interface": defaultInterface = value
    case "script_user": scriptUser = Array(words.dropFirst().prefix(2))
    case "enable_script_security": isSecure = true
    default: break
    }
    return false
  }
}

/// A `vrrp_instance` while it is read.
struct KeepalivedDraft {
  /// A `vrrp_sync_group`.
  struct Group {
    var members: Set<String> = []
    var uses: [KeepalivedTracker.Use] = []
  }

  typealias Flaw = KeepalivedConfiguration.Flaw

  /// The statements that need a value.
  static let keywords: Set<String> = [
    "state", "interface", "virtual_router_id", "priority", "unicast_src_ip", "mcast_src_ip", "version",
  ]

  var instance: KeepalivedConfiguration.Instance
  var uses: [KeepalivedTracker.Use] = []
  var flaws: [Flaw] = []
  var isStrict: Bool?
  var accepts: Bool?
  var version: Int?
  /// That of the first address that is read, be it its own, a peer's or a virtual one: Keepalived ignores the others'.
  private(set) var family: IPAddress.Family?

  init(name: String, source: String, globals: KeepalivedGlobals) {
    instance = KeepalivedConfiguration.Instance(name: name, source: source, interface: globals.defaultInterface)
  }

  private var title: String { PlainText.short(instance.name) }

  mutating func take(_ words: [String], source: String) {
    guard words.count > 1 else { return take(flag: words[0], source: source) }
    let value = words[1]
    switch words[0] {
    case "state":
      instance.state = value
      if value != "MASTER", value != "BACKUP" {
        flaw(
          "state \(PlainText.short(value)) of \(title) is neither MASTER nor BACKUP: Keepalived takes BACKUP", source)
      }
    case "interface": instance.interface = value
    case "virtual_router_id":
      instance.routerID = number(value)
      if instance.routerID == nil {
        flaw("virtual_router_id \(PlainText.short(value)) of \(title) is no number from 1 to 255", source)
      }
    case "priority":
      instance.priority = number(value)
      if instance.priority == nil {
        flaw(
          "priority \(PlainText.short(value)) of \(title) is no number from 1 to 255: Keepalived takes 100", source)
      }
    case "version": version = Int(value)
    case "strict_mode": isStrict = ["on", "true", "yes"].contains(value)
    case "unicast_src_ip", "mcast_src_ip":
      guard let address = Self.address(value) else { return }
      family = family ?? address.family
      instance.sourceAddress = address
    default: take(flag: words[0], source: source)
    }
  }

  private mutating func take(flag word: String, source: String) {
    switch word {
    case "nopreempt": instance.isPatient = true
    case "accept": accepts = true
    case "no_accept": accepts = false
    case "strict_mode": isStrict = true
    // Version 2.2 ends with "is missing a parameter".
    case let word where Self.keywords.contains(word):
      flaws.append(
        Flaw(text: "\(word) of \(title) has no value: Keepalived does not start", source: source, isFatal: true))
    default: break
    }
  }

  mutating func take(peer word: String, source: String) {
    guard let peer = Self.address(word) else { return }
    guard family == nil || family == peer.family else {
      return flaw("unicast_peer \(peer) of \(title) is of another family: Keepalived ignores it", source)
    }
    family = peer.family
    instance.peers.append(peer)
  }

  /// The address that Keepalived takes; nil when it takes none.
  mutating func take(address word: String, in block: String, source: String) -> IPAddress? {
    guard let address = Self.address(word) else {
      flaw("\(PlainText.short(word)) of \(title) is no address: Keepalived ignores it", source)
      return nil
    }
    if block == "virtual_ipaddress" {
      guard family == nil || family == address.family else {
        flaw(
          "\(address) of \(title) is of another family than its other addresses: Keepalived ignores it; "
            + "virtual_ipaddress_excluded takes both", source)
        return nil
      }
      family = address.family
    }
    let length = word.split(separator: "/", maxSplits: 1).dropFirst().first
    if let length, !(Int(length).map { (0...(address.family == .v4 ? 32 : 128)).contains($0) } ?? false) {
      let taken = address.family == .v4 ? 32 : 128
      flaw("\(PlainText.short(word)) of \(title) has no valid prefix: Keepalived takes /\(taken)", source)
    }
    instance.addresses.append(address)
    return address
  }

  /// A line of these blocks names one thing, and options of it: a second name is not taken.
  mutating func refuseRest(of words: [String], in block: String, source: String) {
    guard words.count > 1 else { return }
    let isSecond =
      block == "track_script"
      ? !["weight", "reverse", "noreverse", "no_reverse"].contains(words[1])
      : ["virtual_ipaddress", "virtual_ipaddress_excluded", "unicast_peer"].contains(block)
        && Self.address(words[1]) != nil
    guard isSecond else { return }
    flaw(
      "\(PlainText.short(words[1])) of \(title) stands on the line of \(PlainText.short(words[0])): Keepalived ignores it",
      source)
  }

  private mutating func flaw(_ text: String, _ source: String) { flaws.append(Flaw(text: text, source: source)) }

  private func number(_ word: String) -> Int? { Int(word).flatMap { (1...255).contains($0) ? $0 : nil } }

  private static func address(_ word: String) -> IPAddress? {
    try? IPAddress(settingsScalar: String(word.prefix { $0 != "/" }))
  }
}
