import CLinux

/// What the process may do beyond an ordinary user (capabilities(7)).
package enum ProcessCapabilities {
  /// Whether the process may take another group.
  package static var mayChangeGroup: Bool { clinux_may_change_group() != 0 }

  /// Takes up what the program's file permits: a container's image gives its unprivileged user the capabilities so.
  ///
  /// The file has them without the effective bit, with which the kernel would refuse to start a program that is given
  /// less; here it starts, and its checks say what they lack. A unit's ambient capabilities are effective already.
  package static func raise() {
    // Should the kernel refuse, agent.privileges names what is missing.
    _ = clinux_raise_capabilities()
  }
}
