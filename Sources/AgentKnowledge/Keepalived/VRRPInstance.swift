package import AgentText

/// What names one VRRP instance of a host.
package struct VRRPInstance: Sendable, Hashable {
  /// The interface on which it sends its advertisements.
  package var interface: String
  /// Its virtual router's number.
  package var routerID: Int
  /// The family of its addresses.
  package var family: IPAddress.Family

  /// Makes a name.
  package init(interface: String, routerID: Int, family: IPAddress.Family) {
    self.interface = interface
    self.routerID = routerID
    self.family = family
  }

  /// Its object on the bus: `eth0.5` is `eth0_5` there, as every byte that is no ASCII letter or digit is `_`.
  ///
  /// Keepalived's `set_valid_path` (vrrp_dbus.c). Two interfaces may share a path that way; Keepalived then answers for
  /// its first instance.
  var path: String {
    let name = interface.utf8.map { byte -> Unicode.Scalar in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        Unicode.Scalar(byte)
      default: "_"
      }
    }
    return "/org/keepalived/Vrrp1/Instance/\(String(String.UnicodeScalarView(name)))/\(routerID)/IPv\(family.rawValue)"
  }
}
