import AgentHost
import AgentCore

/// Whether the programs that Kubernetes calls on the host are there.
///
/// kubeadm's preflight wants iptables always and conntrack before 1.32, when kube-proxy began to do its work by netlink
/// (cmd/kubeadm/app/preflight/checks_linux.go, addExecChecks; kubernetes/kubernetes#126952).
struct ProgramJudge {
  static let check: CheckID = "machine.binaries"
  private static let firstWithoutConntrack = 32

  let facts: ProgramFacts
  let isJoined: Bool

  var verdicts: [Verdict] { [conntrack, iptables, mountNFS] }

  private var conntrack: Verdict {
    let subject = "conntrack"
    let program = facts.programs[subject] ?? .absent
    if let path = program.value { return found(subject, path) }
    if let minor = facts.minor, minor >= Self.firstWithoutConntrack {
      return say(subject, .skipped, "kube-proxy does without it since 1.\(Self.firstWithoutConntrack)")
    }
    if let error = program.error { return say(subject, .unknown, "\(error)") }
    return say(
      subject, .warning,
      "not in the kubelet's PATH: kubeadm before 1.\(Self.firstWithoutConntrack) refuses the node, and kube-proxy "
        + "leaves stale connections to ended pods",
      evidence: [path], remedy: install(apt: "conntrack", dnf: "conntrack-tools", program: subject))
  }

  /// Network plugins need one of both.
  private var iptables: Verdict {
    let subject = "iptables"
    let programs = [subject, "nft"].map { facts.programs[$0] ?? .absent }
    if let path = programs[0].value { return found(subject, path) }
    if let error = programs.lazy.compactMap(\.error).first { return say(subject, .unknown, "\(error)") }
    let remedy = install(apt: "iptables", dnf: "iptables-nft", program: subject)
    guard let nft = programs[1].value else {
      return say(
        subject, .warning, "neither iptables nor nft is in the kubelet's PATH: network plugins cannot set their rules",
        evidence: [path], remedy: remedy)
    }
    if isJoined { return say(subject, .ok, "\(nft), without iptables", evidence: [Evidence(nft, "a file")]) }
    return say(
      subject, .warning, "only nft is there: kubeadm's preflight ends with an error without iptables",
      evidence: [Evidence(nft, "a file"), path], remedy: remedy)
  }

  private var mountNFS: Verdict {
    let subject = "mount.nfs"
    switch facts.nfs {
    case .unused: return say(subject, .skipped, "no NFS is mounted here, and cluster.storage.nfs names none")
    case .byDriverOnly(let point):
      return say(
        subject, .skipped, "only a CSI driver mounts NFS here, and it has its own", evidence: [Evidence(point, "nfs")])
    case .hidden(let error): return say(subject, .unknown, "whether NFS is used cannot be seen: \(error)")
    case .used(let reason): return mountNFS(subject, reason)
    }
  }

  private func mountNFS(_ subject: String, _ reason: String) -> Verdict {
    switch facts.mountNFS {
    case .known(let path, _): return found(subject, path)
    case .unreadable(let error): return say(subject, .unknown, "\(error)")
    case .absent:
      return say(
        subject, .warning,
        "\(ProgramFacts.mountHelper) is missing, and NFS is used (\(reason)): this host cannot mount it",
        evidence: [Evidence(ProgramFacts.mountHelper, "no such file")],
        remedy: install(apt: "nfs-common", dnf: "nfs-utils", program: subject))
    }
  }

  private var path: Evidence { Evidence("PATH of kubelet.service", facts.path.joined(separator: ":")) }

  private func install(apt: String, dnf: String, program: String) -> String {
    switch facts.packager {
    case .apt: "apt-get install --yes \(apt)"
    case .dnf: "dnf install --assumeyes \(dnf)"
    case .other: "install the package that has \(program)"
    }
  }

  private func found(_ subject: String, _ path: String) -> Verdict {
    say(subject, .ok, path, evidence: [Evidence(path, "a file")])
  }

  private func say(
    _ subject: String, _ state: CheckState, _ summary: String, evidence: [Evidence] = [], remedy: String? = nil
  ) -> Verdict {
    Verdict(Self.check, subject: subject, state, summary, evidence: evidence, remedy: remedy)
  }
}
