@testable import AgentText
import AgentTesting
import Testing

@testable import AgentHost
@testable import AgentKnowledge

@Suite struct StaticPodTests {
  private static let manifest = """
    apiVersion: v1
    kind: Pod
    metadata: {name: kube-vip}
    spec:
      containers:
      - name: kube-vip
        image: ghcr.io/kube-vip/kube-vip:v0.8.9
        command: [/kube-vip, --cluster-cidr=10.244.0.0/16]
        args: [manager, --port, "6443"]
        env:
        - {name: address, value: 192.168.9.120}
        - {name: bgp_peerpass, value: SECRETWORD}
        - {name: HTTP_PROXY, value: "http://user:SECRETWORD@proxy:3128"}
        - {name: node, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
      volumes:
      - {name: kubeconfig, hostPath: {path: /etc/kubernetes/super-admin.conf, type: FileOrCreate}}
      - {name: other, emptyDir: {}}
    """

  private func files(_ contents: [String: String]) throws -> (TemporaryTree, HostFiles) {
    let tree = try TemporaryTree()
    for (path, text) in contents { try tree.write(path, text) }
    return (tree, HostFiles(root: try HostRoot(tree.path, mode: .recorded)))
  }

  @Test func whatPluginsAskOfAManifest() throws {
    let (tree, files) = try files(["etc/kubernetes/manifests/kube-vip.yaml": Self.manifest])
    let pod = try #require(try StaticPod.read("/etc/kubernetes/manifests/kube-vip.yaml", files))
    #expect(pod.name == "kube-vip")
    #expect(pod.flag("cluster-cidr")?.value == "10.244.0.0/16")
    #expect(pod.flag("port")?.value == "6443")
    #expect(pod.flag("port")?.source == "/etc/kubernetes/manifests/kube-vip.yaml:9")
    #expect(pod.flag("nothing") == nil)
    #expect(pod.containers[0].environment.map(\.value) == ["192.168.9.120", "***", "http://***@proxy:3128"])
    #expect(pod.hostPaths.map(\.path) == ["/etc/kubernetes/super-admin.conf"])
    _ = tree
  }

  @Test func filesThatAreNoPodsArePassedOverAndBrokenOnesTold() throws {
    let (tree, files) = try files([
      "etc/kubernetes/manifests/.hidden": Self.manifest, "etc/kubernetes/manifests/a": "kind: Secret\n",
      "etc/kubernetes/manifests/b.yaml": "kind: [Pod\n", "etc/kubernetes/manifests/c": Self.manifest,
      "etc/kubernetes/manifests/dir/x": "",
    ])
    let (pods, problems) = try StaticPod.all(files)
    #expect(pods.map(\.path) == ["/etc/kubernetes/manifests/c"])
    #expect(problems.map(\.path) == ["/etc/kubernetes/manifests/b.yaml"])
    _ = tree
  }

  @Test(
    arguments: [
      (
        ["etc/kubernetes/manifests/v.yaml": manifest, "etc/keepalived/keepalived.conf": keepalived],
        "192.168.9.120:6443"
      ),
      (["etc/keepalived/keepalived.conf": keepalived, "etc/kubernetes/admin.conf": admin], "192.168.100.230:6443"),
      (["etc/kubernetes/admin.conf": admin], "api.example.org:6443"),
      // A name that is known elsewhere than here is not what Keepalived moves.
      (
        [
          "etc/keepalived/keepalived.conf": keepalived, "etc/kubernetes/admin.conf": admin,
          "etc/hosts": "192.0.2.9 API.example.org\n",
        ], "api.example.org:6443"
      ),
      (
        [
          "etc/keepalived/keepalived.conf": keepalived, "etc/kubernetes/admin.conf": admin,
          "etc/hosts": "192.168.100.230 api.example.org\n",
        ], "192.168.100.230:6443"
      ),
      (
        ["etc/keepalived/keepalived.conf": keepalived, "etc/kubernetes/kubelet.conf": addressed("192.0.2.40:7443")],
        "192.0.2.40:7443"
      ),
      (
        [
          "etc/keepalived/keepalived.conf": keepalived,
          "etc/kubernetes/kubelet.conf": addressed("192.168.100.230:7443"),
        ], "192.168.100.230:7443"
      ),
      (
        ["etc/kubernetes/manifests/v.yaml": manifest, "etc/kubernetes/admin.conf": addressed("192.0.2.40:6443")],
        "192.0.2.40:6443"
      ),
      (["etc/keepalived/keepalived.conf": keepalived.replacing("192.168.100.230", with: "169.254.9.9")], nil),
      // Of several the one that is served.
      (["etc/keepalived/keepalived.conf": several], nil),
      (
        ["etc/keepalived/keepalived.conf": several.replacing("192.168.100.231", with: "fd00::231")],
        "192.168.100.230:6443"
      ),
      (
        [
          "etc/keepalived/keepalived.conf": several,
          "etc/haproxy/haproxy.cfg": "listen a\n bind 192.168.100.231:6443 # x\n",
        ],
        "192.168.100.231:6443"
      ),
      (
        ["etc/keepalived/keepalived.conf": several, "etc/haproxy/haproxy.cfg": "listen a\n  bind *:6443\n"],
        "192.168.100.230:6443"
      ),
      (["etc/keepalived/keepalived.conf": several, "etc/haproxy/haproxy.cfg": "listen a\n  bind *:443\n"], nil),
      (
        ["etc/keepalived/keepalived.conf": several + "virtual_server 192.168.100.231 6443 {\n}\n"],
        "192.168.100.231:6443"
      ),
      (["etc/kubernetes/kubelet.conf": admin], "api.example.org:6443"), ([:], nil),
    ] as [([String: String], String?)]) func theEndpointIsLookedForInOrder(contents: [String: String], found: String?)
    throws
  {
    let (tree, files) = try files(contents)
    let detected = ControlPlaneEndpoint.detect(files, configured: nil, isControlPlane: false)
    #expect(detected.value?.endpoint.description == found)
    _ = tree
  }

  @Test func aMastersKubeletMayNameItsOwnServer() throws {
    let (tree, files) = try files(["etc/kubernetes/kubelet.conf": Self.admin])
    #expect(ControlPlaneEndpoint.detect(files, configured: nil, isControlPlane: true) == .absent)
    _ = tree
  }

  /// The address of the only control-plane node is no shared one; one that was bound by hand still is.
  @Test func theAddressThatTheOwnServerAdvertisesIsNoSharedOne() throws {
    let admin = "clusters:\n- cluster:\n    server: https://192.0.2.40:6443\n"
    let server = { (address: String) in
      "kind: Pod\nmetadata: {name: kube-apiserver}\nspec:\n  containers:\n  - command: [kube-apiserver, "
        + "--advertise-address=\(address)]\n    name: kube-apiserver\n"
    }
    for (advertised, found) in [("192.0.2.40", nil), ("192.0.2.41", "192.0.2.40:6443")] as [(String, String?)] {
      let (tree, files) = try files([
        "etc/kubernetes/admin.conf": admin, "etc/kubernetes/manifests/kube-apiserver.yaml": server(advertised),
      ])
      let detected = ControlPlaneEndpoint.detect(files, configured: nil, isControlPlane: true)
      #expect(detected.value?.endpoint.description == found)
      _ = tree
    }
  }

  private static func addressed(_ server: String) -> String { "clusters:\n- cluster:\n    server: https://\(server)\n" }
  private static let several =
    keepalived + keepalived.replacing("_instance A", with: "_instance B").replacing("100.230", with: "100.231")
  private static let keepalived = "vrrp_instance A {\n  virtual_ipaddress {\n    192.168.100.230/24 dev eth0\n  }\n}\n"
  private static let admin = "clusters:\n- cluster:\n    server: https://api.example.org:6443\n  name: kubernetes\n"

  @Test func networksOfPodsAndServices() throws {
    let (tree, files) = try files([
      "etc/kubernetes/manifests/kube-controller-manager.yaml": """
      kind: Pod
      spec:
        containers:
        - command: [kube-controller-manager, "--cluster-cidr=10.244.0.0/16,fd00::/48", --service-cluster-ip-range=nonsense]
      """,
      "etc/kubernetes/manifests/kube-apiserver.yaml": """
      kind: Pod
      spec:
        containers:
        - command: [kube-apiserver, --service-cluster-ip-range=10.96.0.0/12]
      """,
    ])
    let networks = ClusterNetworks(reading: files)
    #expect(networks.pods.map(\.network.description) == ["10.244.0.0/16", "fd00::/48"])
    #expect(networks.services.map(\.network.description) == ["10.96.0.0/12"])
    #expect(networks.problems.count == 1)
    _ = tree
  }
}
