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
  private static let adminConfiguration = "/etc/kubernetes/admin.conf"
  private static let kubeletConfiguration = "/etc/kubernetes/kubelet.conf"
  private static let keepalived = "/etc/keepalived/keepalived.conf"
  private static let haproxy = "/etc/haproxy/haproxy.cfg"

  private mutating func lookForControlPlane(_ files: HostFiles) {
    for path in [Self.apiServer, Self.adminConfiguration] where exists(path, files) {
      add(.controlPlane, Evidence(path, "present"))
    }
  }

  private mutating func lookForWorker(_ files: HostFiles) {
    guard !roles.contains(.controlPlane), exists(Self.kubeletConfiguration, files) else { return }
    add(.worker, Evidence(Self.kubeletConfiguration, "present"))
  }

  private mutating func lookForLoadBalancer(_ files: HostFiles) {
    let included = entries("/etc/keepalived/conf.d", suffix: ".conf", files)
    for path in [Self.keepalived] + included {
      if let found = line(in: path, files, comment: "#!", where: { $0.first == "vrrp_instance" }) {
        add(.loadBalancer, found)
      }
    }
    if let found = line(
      in: Self.haproxy, files, comment: "#", where: { $0.first == "frontend" || $0.first == "listen" })
    {
      add(.loadBalancer, found)
    }
  }

  private mutating func lookForStorage(_ files: HostFiles) {
    // exports(5): an export is a path, or a quoted path, and its clients.
    for path in ["/etc/exports"] + entries("/etc/exports.d", suffix: ".exports", files) {
      let isExport: ([Substring]) -> Bool = { $0.first?.hasPrefix("/") == true || $0.first?.hasPrefix("\"/") == true }
      if let found = line(in: path, files, comment: "#", where: isExport) { add(.storage, found) }
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

  private mutating func entries(_ directory: String, suffix: String, _ files: HostFiles) -> [String] {
    do {
      return (try files.entries(directory) ?? []).filter { $0.hasSuffix(suffix) }.map { "\(directory)/\($0)" }
    } catch {
      problems.append(error)
      return []
    }
  }

  /// The first line whose words satisfy the condition, as `FILE:LINE` and its first two words: what follows them in
  /// these files may be a password.
  private mutating func line(
    in path: String, _ files: HostFiles, comment: String, where isMatch: ([Substring]) -> Bool
  ) -> Evidence? {
    do {
      // Host names and paths in other encodings are no reason to overlook a role.
      let content = String(decoding: try files.bytesIfPresent(path) ?? [], as: UTF8.self)
      let lines = content.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      for (index, line) in lines.enumerated() {
        let words = line.prefix { !comment.contains($0) }.split(whereSeparator: \.isWhitespace)
        if isMatch(words) { return Evidence("\(path):\(index + 1)", words.prefix(2).joined(separator: " ")) }
      }
    } catch {
      problems.append(error)
    }
    return nil
  }
}
