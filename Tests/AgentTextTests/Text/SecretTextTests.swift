import Testing

@testable import AgentText

@Suite struct SecretTextTests {
  @Test(arguments: [
    ("http://user:word@proxy:3128", "http://***@proxy:3128"), ("http://proxy:3128", "http://proxy:3128"),
    ("http://user@proxy/path@x", "http://***@x"), ("socks5://a:b@c@host", "socks5://***@host"),
    ("first http://a:b@c, then https://d:e@f", "first http://***@c, then https://***@f"),
    ("user@host", "user@host"), ("://", "://"), ("x://@", "x://***@"),
  ]) func userInformationIsMasked(text: String, masked: String) {
    #expect(SecretText.maskingUserInformation(text) == masked)
  }

  @Test func aLongTextIsMaskedInOnePass() {
    let text = String(repeating: "a://", count: 50_000)
    #expect(SecretText.maskingUserInformation(text) == text)
    #expect(SecretText.maskingUserInformation(text + "@h") == "a://***@h")
  }

  @Test func whatMessagesShowOfAURLHasNoUserInformation() {
    let long = "http://user:" + String(repeating: "p", count: 100) + "@proxy:3128"
    #expect(PlainText.short(long) == "http://***@proxy:3128")
  }

  @Test func namesOfSecretsAreKnown() {
    #expect(SecretText.isSecretName("BGP_PEERPASS") && SecretText.isSecretName("apiToken"))
    #expect(!SecretText.isSecretName("address") && !SecretText.isSecretName("NO_PROXY"))
  }
}

@Suite struct CredentialTextTests {
  @Test(arguments: [
    ("Authorization: Bearer eyJhbGciOi.x-y_z more", "Authorization: Bearer *** more"),
    ("header \"authorization: basic dXNlcjpwdw==\"", "header \"authorization: basic ***\""),
    ("--token=abc.def --other=1", "--token=*** --other=1"),
    ("password='a b c' user=x", "password='***' user=x"),
    (#"{"client_secret": "s3", "name":"n"}"#, #"{"client_secret": "***", "name":"n"}"#),
    (#"{"token":"t"}"#, #"{"token":"***"}"#),
    ("GET /x?access_token=q1&b=2", "GET /x?access_token=***&b=2"),
    ("PGPASSWORD=x;DB=y", "PGPASSWORD=***;DB=y"),
    ("pull http://u:w@example.org/x", "pull http://***@example.org/x"),
  ]) func whatGivesAccessIsMasked(line: String, masked: String) {
    #expect(SecretText.maskingCredentials(line) == masked)
  }

  @Test(arguments: [
    "failed to fetch token: connection refused", "no password was given", "bearer", "the secret is out", "token=",
    "basics first", "a=b c:d \"e\": \"f\"",
  ]) func whatGivesNoneIsLeftAlone(line: String) { #expect(SecretText.maskingCredentials(line) == line) }

  @Test func aHugeLineTakesOnePass() {
    let line = String(repeating: "token=x ", count: 50_000)
    #expect(SecretText.maskingCredentials(line).count == 8 * 50_000 + 2 * 50_000)
  }
}
