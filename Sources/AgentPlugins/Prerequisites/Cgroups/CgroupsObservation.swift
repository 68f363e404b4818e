package import AgentCore
import AgentHost
import AgentKnowledge

/// What a host's control groups are like.
package struct CgroupsObservation: Sendable, Equatable {
  /// When it was read.
  package var takenAt: HostTime
  /// Why it does not matter here; nil where it does.
  var irrelevance: String?
  var version: Fact<CgroupVersion>
  /// Controllers that the kernel offers: the words of cgroup.controllers, on v1 the mounted hierarchies.
  var controllers: Fact<[String]>
  /// Controllers that are on for the children of the root (cgroup.subtree_control); absent on v1.
  var enabled: Fact<[String]>
  /// What the kernel was started with, of interest here: the words with `cgroup`.
  var commandLine: Fact<[String]>
  /// The file that the next boot's command line is made of; absent where none is known.
  var bootFile: Fact<BootCommandLineFile>
  /// The board's name where it is a Raspberry Pi.
  var board: String?
  var kubeletMinor: Int?
  var isKubeletInstalled: Bool
  var isJoined: Bool
  /// `failCgroupV1` as it is set; nil inside when the version decides.
  var failCgroupV1: KubeletSetting<Bool?>
}

/// The file that the next boot's kernel command line comes from.
struct BootCommandLineFile: Sendable, Equatable {
  /// Where Raspberry Pi OS has it, since Debian 12 and before.
  static let raspberry = ["/boot/firmware/cmdline.txt", "/boot/cmdline.txt"]
  static let grub = "/etc/default/grub"
  static let paths = raspberry + [grub]

  var path: String
  /// Its words with `cgroup`.
  var words: [String]
}
