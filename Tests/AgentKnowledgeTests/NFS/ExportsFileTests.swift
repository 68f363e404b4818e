import Testing

@testable import AgentKnowledge

@Suite("What a host exports") struct ExportsFileTests {
  @Test("directories stand first, in quotes or with escapes where they hold blanks")
  func directories() {
    let text = """
      # comment
      /srv/a\t192.0.2.0/24(rw)
      "/srv/with blank" *(ro)
        /srv/b\\040c *(rw) \\
      /continued *(rw)
      /srv/d/ *(rw)
      /srv/bad\\0 *(rw)
      relative *(rw)
      # /srv/old *(rw) \\
      /srv//e/ *(rw)

      """
    #expect(
      ExportsFile.parse(Array(text.utf8), path: "/etc/exports").map { "\($0.path) \($0.source)" } == [
        "/srv/a /etc/exports:2", "/srv/with blank /etc/exports:3", "/srv/b c /etc/exports:4", "/srv/d /etc/exports:6",
        "/srv/e /etc/exports:10",
      ])
  }
}
