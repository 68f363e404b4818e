package import AgentCore
import AgentHost
import AgentKnowledge

/// What CRI-O says of itself, and what the kubelet expects of it.
package struct CRIOObservation: Sendable, Equatable {
  /// When it was asked.
  package var takenAt: HostTime
  /// Why there is nothing to judge; nil where CRI-O is installed.
  var irrelevance: String?
  var answer: HelperAnswer<CRIOReport>
  var drivers: CgroupDrivers
  var storage: Storage

  /// Where CRI-O keeps images and containers.
  enum Storage: Sendable, Equatable {
    /// CRI-O did not tell.
    case notTold
    case missing(String)
    case unreadable(String)
    case present(path: String, space: FileSystemSpace)
  }
}

/// Who puts containers into control groups, by the kubelet's and by CRI-O's word.
struct CgroupDrivers: Sendable, Equatable {
  /// The kubelet's `cgroupDriver`: `cgroupfs` when it is not set (kubelet's own default).
  var kubelet: KubeletSetting<String>
  var kubeletVersion: KubernetesVersion?
  /// The feature gate `KubeletCgroupDriverFromCRI` where it is set.
  var gate: Bool?
  /// From dpkg's record of the package cri-o.
  var crioVersion: KubernetesVersion?
  var isSystemdHost: Bool
  /// Whether the kubelet has its configuration: before joining kubeadm has not written it.
  var isConfigured = true
}
