package import AgentCore
import AgentHost
import AgentKnowledge

/// What the kubelet's files say, and what it answers.
package struct KubeletObservation: Sendable, Equatable {
  /// When it was looked at.
  package var takenAt: HostTime
  /// Why there is nothing to judge; nil where a kubelet belongs.
  var irrelevance: String?
  var facts: KubeletFacts
  var runtime: RuntimeSocket
  /// The `resolvConf` of its configuration, where no such file is; with the place that names it.
  var missingResolvConf: Evidence?
  var certificate: ClientCertificate
  var health = Health.notAsked

  /// What its health page answers.
  enum Health: Sendable, Equatable {
    case notAsked
    case unknown(String)
    /// It is switched off, by this setting.
    case off(source: String)
    case asked(HealthAnswer)
  }

  /// The container runtime's socket that the kubelet is told to use.
  enum RuntimeSocket: Sendable, Equatable {
    /// It is there, or what is missing is the runtime's own matter.
    case fine(endpoint: String)
    /// Another runtime's socket is there instead.
    case other(endpoint: String, source: String, found: String)
    /// It is no unix socket with an absolute path.
    case wrong(endpoint: String, source: String)
    /// The configuration does not tell.
    case unknown
  }

  /// The certificate by which the kubelet is known to the API server.
  enum ClientCertificate: Sendable, Equatable {
    case valid(CertificateValidity, target: String)
    case dangling(target: String)
    case absent
    case unreadable(String)
    case broken(String)
  }
}
