import AgentTesting
import Testing

@testable import AgentText

@Suite("URLs are read strictly and never repeated")
struct HTTPURLTests {
  @Test(
    "Good URLs",
    arguments: [
      ("http://127.0.0.1:7400", "http://127.0.0.1:7400", 7400),
      ("https://frpc.example.org/", "https://frpc.example.org", 443),
      ("HTTP://Frpc.example.org:80/a/b/", "http://frpc.example.org/a/b", 80),
      ("http://[2001:DB8::1]", "http://[2001:db8::1]", 80), ("https://[::1]:7400/x", "https://[::1]:7400/x", 7400),
    ])
  func good(text: String, expected: String, port: UInt16) throws {
    let url = try HTTPURL(settingsScalar: text)
    #expect(url.description == expected)
    #expect(url.endpoint.port.number == port)
    #expect(try HTTPURL(settingsScalar: expected) == url)
  }

  @Test(
    "Bad URLs are named without the text",
    arguments: [
      ("", "is not an http or https URL"), ("127.0.0.1:7400", "is not an http or https URL"),
      ("ftp://127.0.0.1", "is not an http or https URL"), ("http:/127.0.0.1", "is not an http or https URL"),
      ("http://", "has no valid host and port"), ("http:///x", "has no valid host and port"),
      ("http://a:0", "has no valid host and port"), ("http://a:", "has no valid host and port"),
      ("http://::1", "has no valid host and port"), ("http://127.1", "has no valid host and port"),
      ("http://admin:s3cret%40a", "has no valid host and port"),
      ("http://a/?password=s3cret", "has a query or a fragment"), ("http://a#s3cret", "has a query or a fragment"),
      ("http://a/b c", "has a path with a character that URLs escape"),
      ("http://a/\u{301}", "has a path with a character that URLs escape"),
      ("http://a/\0", "has a path with a character that URLs escape"),
    ])
  func bad(text: String, expected: String) {
    #expect(mistake(HTTPURL.self, text) == expected + "; allowed: http://HOST:PORT or https://HOST:PORT")
  }

  @Test(
    "User information is refused, wherever it is, and not shown",
    arguments: [
      "http://admin:s3cret@127.0.0.1:7400", "admin:s3cret@127.0.0.1", "http://a:s3/cret@127.0.0.1", "http://@a",
    ])
  func userInformation(text: String) {
    #expect(
      mistake(HTTPURL.self, text)
        == "holds user information, and a password has no place here; "
        + "allowed: a URL without it; the name belongs in 'user', the password in the file that 'passwordFile' names")
  }
}
