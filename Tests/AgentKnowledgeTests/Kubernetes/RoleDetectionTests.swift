import AgentCore
import AgentTesting
import Testing

@testable import AgentHost
@testable import AgentKnowledge

@Suite("Roles from files")
struct RoleDetectionTests {
  private func detect(_ contents: [String: String], forbidden: [String] = []) throws -> RoleDetection {
    let tree = try TemporaryTree(contents)
    return RoleDetection(reading: HostFiles(root: try HostRoot(tree.path, mode: .recorded), forbidden: forbidden))
  }

  @Test(
    "a file makes a role, the bare package does not",
    arguments: [
      ([:], [.candidate]),
      (["etc/kubernetes/kubelet.conf": ""], [.worker]),
      (["etc/kubernetes/bootstrap-kubelet.conf": ""], [.candidate]),
      (["etc/kubernetes/admin.conf": "", "etc/kubernetes/kubelet.conf": ""], [.worker]),
      (["etc/kubernetes/admin.conf": ""], [.candidate]),
      (["etc/kubernetes/admin.conf": "", "etc/kubernetes/pki/ca.key": ""], [.controlPlane]),
      (["etc/kubernetes/admin.conf": "", "etc/kubernetes/manifests/etcd.yaml": ""], [.controlPlane]),
      (["etc/kubernetes/manifests/kube-apiserver.yaml": ""], [.controlPlane]),
      (["etc/kubernetes/manifests/other.yaml": ""], [.candidate]),
      (["etc/haproxy/haproxy.cfg": "global\n\tlog /dev/log local0\ndefaults\n\tmode http\n"], [.candidate]),
      (["etc/haproxy/haproxy.cfg": "defaults\n  frontend_x\n# frontend a\n"], [.candidate]),
      (["etc/haproxy/haproxy.cfg": "global\r\nfrontend k8s\r\n bind *:6443\r\n"], [.loadBalancer]),
      (["etc/haproxy/haproxy.cfg": "listen k8s\n"], [.loadBalancer]),
      (["etc/keepalived/keepalived.conf": "global_defs {\n}\n! vrrp_instance A {\n"], [.candidate]),
      (["etc/keepalived/keepalived.conf": "vrrp_instance A {\n auth_pass x\n}\n"], [.loadBalancer]),
      (["etc/keepalived/conf.d/a.conf": "  vrrp_instance A {\n}\n"], [.candidate]),
      (
        [
          "etc/keepalived/keepalived.conf": "include conf.d/*.conf\n",
          "etc/keepalived/conf.d/a.conf": "  vrrp_instance A {\n}\n",
        ], [.loadBalancer]
      ),
      (["etc/exports": "# /srv *(ro)\n\n"], [.candidate]), (["etc/exports": "/srv *(ro)\n"], [.storage]),
      (["etc/exports": "\"/srv data\" *(ro)\n"], [.storage]), (["etc/exports.d/a.exports": "/srv *\n"], [.storage]),
      (["etc/exports.d/a.txt": "/srv *\n"], [.candidate]),
      (
        [
          "etc/kubernetes/admin.conf": "", "etc/kubernetes/pki/ca.key": "", "etc/haproxy/haproxy.cfg": "listen a",
          "etc/exports": "/a *",
        ],
        [.controlPlane, .loadBalancer, .storage]
      ),
    ] as [([String: String], Set<Role>)])
  func roles(contents: [String: String], expected: Set<Role>) throws {
    let detection = try detect(contents)
    #expect(detection.roles == expected)
    #expect(detection.evidence.isEmpty == (expected == [.candidate]))
    #expect(detection.problems.isEmpty)
  }

  @Test("the evidence names file, line and the words that told, and no more of the line")
  func evidence() throws {
    let detection = try detect(["etc/keepalived/keepalived.conf": "\nvrrp_instance A { auth_pass secret }\n"])
    #expect(detection.evidence == [Evidence("/etc/keepalived/keepalived.conf:2", "vrrp_instance A")])
  }

  @Test("what cannot be read is a problem, not a role")
  func unreadable() throws {
    let detection = try detect(["etc/haproxy/haproxy.cfg": "listen a"], forbidden: ["/etc/haproxy"])
    #expect(detection.roles == [.candidate])
    #expect(detection.problems == [FileError("/etc/haproxy/haproxy.cfg", .permissionDenied)])
  }

  @Test("a host where everything is forbidden is a candidate with problems")
  func forbidden() throws {
    let detection = try detect([:], forbidden: ["/"])
    #expect(detection.roles == [.candidate])
    #expect(!detection.problems.isEmpty)
  }

  @Test("a configuration that is not UTF-8 is read all the same")
  func notText() throws {
    let tree = try TemporaryTree()
    try tree.write("etc/exports", bytes: [0x23, 0xFF, 0x0A] + Array("/srv *\n".utf8))
    let files = HostFiles(root: try HostRoot(tree.path, mode: .recorded))
    #expect(RoleDetection(reading: files).roles == [.storage])
  }
}
