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
