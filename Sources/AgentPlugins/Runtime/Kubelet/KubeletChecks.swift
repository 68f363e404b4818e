import AgentCore

/// The checks of the kubelet, with their texts.
enum KubeletChecks {
  static let all = [configuration, certificate, healthz]

  private static let configuration = CheckDefinition(
    "kubelet.configuration", title: "The kubelet can read its configuration",
    why: "A kubelet that cannot read its configuration ends at once and is started again every 10 s; no pod runs.",
    source: "/var/lib/kubelet/config.yaml, its drop-ins and the flags of kubelet.service, as the kubelet reads them",
    confirm: "journalctl -u kubelet.service -n 20 --no-pager; cat /var/lib/kubelet/config.yaml",
    remedy: "editor /var/lib/kubelet/config.yaml; systemctl restart kubelet.service",
    undo: "put the former content back and restart kubelet.service", worst: .failing, lost: [.workloads])

  private static let certificate = CheckDefinition(
    "kubelet.certificate", title: "The kubelet's client certificate is valid and is renewed in time",
    why: """
      With it the kubelet logs in to the API server. When it ends, the node turns NotReady and its pods are moved away, \
      long before anybody looks at a certificate.
      """,
    source: "the certificate in /var/lib/kubelet/pki/kubelet-client-current.pem; the key behind it is not read",
    confirm: "openssl x509 -noout -dates -in /var/lib/kubelet/pki/kubelet-client-current.pem",
    remedy: "systemctl restart kubelet.service; journalctl -u kubelet.service | grep -i certificate",
    undo: "nothing was changed", worst: .failing, lost: [.workloads], dependsOn: [Dependency("time.synchronised")])

  private static let healthz = CheckDefinition(
    "kubelet.healthz", title: "The kubelet answers that it is healthy",
    why: "A kubelet that hangs starts and ends no pod, and soon its node is NotReady.",
    source: "GET /healthz on healthzBindAddress and healthzPort, 127.0.0.1:10248 unless configured",
    confirm: "curl -s -w '\\n%{http_code}\\n' http://127.0.0.1:10248/healthz",
    remedy: "systemctl restart kubelet.service; journalctl -u kubelet.service -n 50", undo: "nothing was changed",
    worst: .failing, lost: [.workloads],
    dependsOn: [
      Dependency("units.state", subject: .named("kubelet.service")), Dependency("kubelet.configuration"),
      Dependency("units.state", subject: .named("crio.service")),
      Dependency("units.state", subject: .named("containerd.service")), Dependency("crio.responding"),
      Dependency("containerd.responding"), Dependency("nfs.responding"),
    ], timing: .probe)
}
