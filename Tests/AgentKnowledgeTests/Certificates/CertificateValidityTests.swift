import AgentTesting
import Testing

@testable import AgentHost
@testable import AgentKnowledge

@Suite struct CertificateValidityTests {
  private static let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIBqjCCAVCgAwIBAgIBBzAKBggqhkjOPQQDAjA0MRUwEwYDVQQKDAxzeXN0ZW06
    bm9kZXMxGzAZBgNVBAMMEnN5c3RlbTpub2RlOndvcmtlcjAeFw0yNjExMjEwNzQ4
    MTRaFw0yNzExMjEwNzQ4MTRaMDQxFTATBgNVBAoMDHN5c3RlbTpub2RlczEbMBkG
    A1UEAwwSc3lzdGVtOm5vZGU6d29ya2VyMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD
    QgAEFvfbvNCqpbXXjNbMC4Jq4iUlm9Ig/wNVc9jiPR55pfpNB8VgJkc7IxCiH15m
    e9O7PFganYaSj+RNHSme6VRv1aNTMFEwHQYDVR0OBBYEFLzcZNzABLqRiN2tCyui
    68Ze6y6jMB8GA1UdIwQYMBaAFLzcZNzABLqRiN2tCyui68Ze6y6jMA8GA1UdEwEB
    /wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAML9y8QcRuwjeCoyepVLd9a1yP84
    ONDy6mIeDBYmZmMcAiALFvJz1+S41awVK/cR1Da7Tnq3KejBYh+IaYbcfKofWw==
    -----END CERTIFICATE-----
    """
  /// What `openssl x509 -dates` says of it.
  private static let dates = CertificateValidity(notBefore: 1795247294, notAfter: 1826783294)

  private func read(_ text: String) throws -> Result<CertificateValidity, CertificateValidity.Problem> {
    let tree = try TemporaryTree()
    try tree.write("c.pem", text)
    let files = HostFiles(root: try HostRoot(tree.path, mode: .recorded))
    return Result { () throws(CertificateValidity.Problem) in try CertificateValidity(firstIn: "/c.pem", files) }
  }

  @Test func theDatesAreThoseOfOpenSSL() throws {
    #expect(try read(Self.certificate) == .success(Self.dates))
    #expect(
      try read("# comment\n" + Self.certificate + "\n-----BEGIN EC PRIVATE KEY-----\nnonsense") == .success(Self.dates))
  }

  @Test(arguments: [
    "", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    String(certificate.dropLast(40)), "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n",
    certificate.replacing("MII", with: "MIJ"), "-----END CERTIFICATE----------BEGIN CERTIFICATE-----",
  ]) func whatIsNoCertificateIsSaid(text: String) throws {
    #expect(try read(text) == .failure(.noCertificate(path: "/c.pem")))
  }

  @Test func nothingBehindTheMarkIsRead() throws {
    let tree = try TemporaryTree()
    let files = HostFiles(root: try HostRoot(tree.path, mode: .recorded))
    for text in ["abMARKsecret", "MAMARKsecret", "MMAMARMARKsecret", "MARK"] {
      try tree.write("f", text)
      let head = try files.head("/f", through: "MARK")
      let expected = text.firstRange(of: "MARK").map { text[..<$0.upperBound] }
      #expect(head.map { String(decoding: $0, as: UTF8.self) } == expected.map(String.init))
    }
    try tree.write("f", String(repeating: "x", count: 1000))
    #expect(try files.head("/f", through: "MARK") == nil)
    #expect(try files.head("/f", through: "MARK", limit: 100) == nil)
  }
}
