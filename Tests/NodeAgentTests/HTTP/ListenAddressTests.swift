import Testing

@testable import NodeAgent

@Suite struct ListenAddressTests {
  @Test(arguments: [
    ("0.0.0.0:19100", "0.0.0.0:19100"), ("192.168.100.231:80", "192.168.100.231:80"), ("[::]:19100", "[::]:19100"),
    ("[0:0::1]:1", "[::1]:1"), ("[2001:DB8::1]:65535", "[2001:db8::1]:65535"), (":19100", ":19100"),
    ("127.0.0.1:0", "127.0.0.1:0"),
  ])
  func isRead(text: String, written: String) throws {
    #expect(try ListenAddress(parsing: text).description == written)
  }

  @Test(arguments: [
    ("", "has no port"), ("19100", "has no port"), ("127.0.0.1", "has no port"), ("[::1]", "has no port"),
    ("127.0.0.1:", "'' is not a port"), ("127.0.0.1:http", "'http' is not a port"),
    ("127.0.0.1:65536", "'65536' is not a port"), ("127.0.0.1:-1", "'-1' is not a port"),
    ("127.0.0.1:+1", "'+1' is not a port"), ("127.0.0.1: 1", "' 1' is not a port"),
    ("localhost:19100", "write 127.0.0.1"), ("node-1:19100", "'node-1' is not an IP address"),
    ("*:19100", "'*' is not an IP address"), ("127.1:80", "'127.1' is not an IP address"),
    ("256.0.0.1:80", "'256.0.0.1' is not an IP address"), ("::1:80", "stands in brackets"),
    ("[127.0.0.1]:80", "'[127.0.0.1]' is not an IP address"), ("[]:80", "'[]' is not an IP address"),
    ("[::1:80", "'[::1' is not an IP address"), ("http://127.0.0.1:80", "is not an IP address"),
    ("127.0.0.1\0:80", "is not an IP address"),
  ])
  func isRefusedWithWhatIsAllowed(text: String, problem: String) throws {
    let error = #expect(throws: ListenAddressError.self) { try ListenAddress(parsing: text) }
    #expect(error?.description.contains(problem) == true)
  }
}
