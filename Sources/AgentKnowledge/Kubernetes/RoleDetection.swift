package import AgentCore
package import AgentHost

/// What a host is for, as its files tell.
///
/// A control-plane node has a kubelet.conf too; it is reported as `control-plane` alone, because in the clusters this
/// agent is for masters are masters only, and what is checked on a worker is checked on a master as well.
/// HAProxy as the bare package configures it (`global` and `defaults` only) is no load balancer, nor is Keepalived
/// without a `vrrp_instance`, nor an /etc/exports with comments only a storage host.
package struct RoleDetection: Sendable, Equatable {
  /// The roles; `candidate` when there is no other.
  package var roles: Set<Role>
  /// The files that told and what was found there, in the order of the roles; empty for `candidate`.
  package var evidence: [Evidence]
  /// The files that might have told more and could not be read.
  package var problems: [FileError]

  /// Looks at the host's files; for the worker thread.
  package init(reading files: HostFiles) {
    roles = []
    evidence = []
    problems = []
    lookForControlPlane(files)
    lookForWorker(files)
    lookForLoadBalancer(files)
    lookForStorage(files)
    if roles.isEmpty { roles = [.candidate] }
  }

  /// The places that are looked at, for `no Kubernetes role found on this host (looked for …)`.
  package static let places =
    "\(apiServer), \(adminConfiguration), \(kubeletConfiguration), \(keepalived), \(haproxy), /etc/exports"

  private static let apiServer = "/etc/kubernetes/manifests/kube-apiserver.yaml"
  /// What only a control-plane node has beside admin.conf (kubeadm's phases control-plane, etcd and certs).
  private static let belongings =
    ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"].map {
      "/etc/kubernetes/manifests/\($0).yaml"
    }
    + ["/etc/kubernetes/pki/ca.key"]
  private static let adminConfiguration = "/etc/kubernetes/admin.conf"
  private static let kubeletConfiguration = "/etc/kubernetes/kubelet.conf"
  private static let bootstrapConfiguration = "/etc/kubernetes/bootstrap-kubelet.conf"
  private static let keepalived = KeepalivedConfiguration.path
  private static let haproxy = "/etc/haproxy/haproxy.cfg"

  private mutating func lookForControlPlane(_ files: HostFiles) {
    if exists(Self.apiServer, files) { add(.controlPlane, Evidence(Self.apiServer, "present")) }
    // People copy admin.conf to workers and to their own machines: alone it makes no control plane.
    guard exists(Self.adminConfiguration, files), Self.belongings.contains(where: { exists($0, files) }) else { return }
    add(.controlPlane, Evidence(Self.adminConfiguration, "present"))
  }

  private mutating func lookForWorker(_ files: HostFiles) {
    guard !roles.contains(.controlPlane) else { return }
    if exists(Self.kubeletConfiguration, files) {
      add(.worker, Evidence(Self.kubeletConfiguration, "present"))
    } else if !exists(Self.bootstrapConfiguration, files),
      let sign = attempt({ () throws(FileError) in try Membership.sign(files) }) ?? nil
    {
      add(.worker, Evidence(sign, "present, and \(Self.kubeletConfiguration) is gone"))
    }
  }

  private mutating func lookForLoadBalancer(_ files: HostFiles) {
    // Followed through every `include`: a file that none names is not Keepalived's.
    let keepalived = attempt { () throws(FileError) in try KeepalivedConfiguration.read(files, judgesScripts: false) }
    for instance in keepalived??.instances ?? [] {
      add(.loadBalancer, Evidence(instance.source, "vrrp_instance \(instance.name)"))
    }
    if let found = firstProxy(files) { add(.loadBalancer, found) }
  }

  private mutating func lookForStorage(_ files: HostFiles) {
    for path in attempt({ () throws(FileError) in try ExportsFile.paths(files) }) ?? [] {
      let exports = attempt { () throws(FileError) in try ExportsFile.read(path, files) }
      if let export = exports?.first { add(.storage, Evidence(export.source, export.excerpt)) }
    }
  }

  private mutating func attempt<Value>(_ read: () throws(FileError) -> Value) -> Value? {
    do { return try read() } catch {
      problems.append(error)
      return nil
    }
  }

  private mutating func add(_ role: Role, _ found: Evidence) {
    roles.insert(role)
    evidence.append(found)
  }

  private mutating func exists(_ path: String, _ files: HostFiles) -> Bool {
    do { return try files.kind(path) == .regular } catch { return failed(error) }
  }

  private mutating func failed(_ error: FileError) -> Bool {
    problems.append(error)
    return false
  }

  /// The first `frontend` or `listen` of HAProxy, as `FILE:LINE` and its first two words: what follows them may be a
  /// password.
  private mutating func firstProxy(_ files: HostFiles) -> Evidence? {
    // Names in other encodings are no reason to overlook a role.
    let bytes = attempt { () throws(FileError) in try files.bytesIfPresent(Self.haproxy) }
    let content = String(decoding: (bytes ?? nil) ?? [], as: UTF8.self)
    let lines = content.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
      guard words.first == "frontend" || words.first == "listen" else { continue }
      return Evidence("\(Self.haproxy):\(index + 1)", words.prefix(2).joined(separator: " "))
    }
    return nil
  }
}
