import AgentTesting
import Testing

@testable import AgentHost
@testable import AgentKnowledge

@Suite("systemd's texts")
struct SystemdTextTests {
  @Test(
    "environment files are read as systemd reads them",
    arguments: [
      ("A=1", ["A": "1"]), ("A=1\r\nB=2\r\n", ["A": "1", "B": "2"]), ("# c\n; d\n\n A = x y \n", ["A": "x y"]),
      ("A=\"x y\"z", ["A": "x yz"]), ("A='x \"y\"'", ["A": "x \"y\""]), ("A=\"a\\\"b\\n\"", ["A": "a\"b\\n"]),
      ("A=one \\\ntwo", ["A": "one two"]), ("A=\"one\ntwo\"", ["A": "one\ntwo"]), ("A=\" x \"  ", ["A": " x "]),
      ("A=", ["A": ""]), ("no assignment\nA=1", ["A": "1"]), ("1A=1\nA-B=2\nA=3", ["A": "3"]), ("", [:]),
      ("A=\"open", ["A": "open"]), ("A=1\nA=2", ["A": "2"]), ("export A=1\nB=2", ["B": "2"]),
      ("A=5\" disk", ["A": "5\" disk"]), ("A=x'y z'", ["A": "x'y z'"]), ("A=\"x\"'y'", ["A": "xy"]),
      ("A='x'y'z'", ["A": "xy'z'"]), ("A=\"x\"  y", ["A": "xy"]), ("A=x\\ ", ["A": "x "]),
      ("A=x \\\n\ty ", ["A": "x \ty"]),
      ("A=\\\"x", ["A": "\"x"]), ("A=x\\", ["A": "x"]), ("A=\"x\\\ny\"", ["A": "xy"]),
      ("A=\"\\$\\`\\\\\"", ["A": "$`\\"]),
      ("A='x\\'", ["A": "x\\"]), ("A=1\rB=2", ["A": "1", "B": "2"]), ("# c\rA=1", ["A": "1"]),
      ("A=x;y #z", ["A": "x;y #z"]), ("A=\"x #y\" #z", ["A": "x #y#z"]), ("A = 1", ["A": "1"]),
    ] as [(String, [String: String])])
  func environmentFile(text: String, expected: [String: String]) {
    let found = EnvironmentFile.parse(text)
    #expect(Dictionary(found.map { ($0.name, $0.value) }) { _, last in last } == expected)
  }

  @Test("an assignment knows the line where it begins")
  func environmentLine() {
    #expect(EnvironmentFile.parse("A=\"x\ny\"\n\nB=1").map(\.line) == [1, 4])
  }

  @Test("environment files of quotes, backslashes and blanks are read in one pass")
  func environmentLong() {
    for piece in ["\\\"", "'x'", "\"x\" ", "x ", "\\ ", "\"\\\\\"", "#", "=\n", "\\\n", " "] {
      let text = "A=" + String(repeating: piece, count: 20_000) + "\nB=1"
      #expect(EnvironmentFile.parse(text).contains { $0.name == "B" && $0.value == "1" })
    }
  }

  @Test("unit files: sections, comments inside continued lines, CRLF, empty values")
  func unitText() {
    let text =
      "k=0\n[Service]\r\n# c\nExecStart=/bin/a \\\n; hidden\n  --b \\\n --c\nExecStart=\n[Other]\nx = 1 = 2\nnothing\n"
    #expect(
      UnitText.parse(text) == [
        .init(section: "", key: "k", value: "0", line: 1),
        .init(section: "Service", key: "ExecStart", value: "/bin/a --b --c", line: 4),
        .init(section: "Service", key: "ExecStart", value: "", line: 8),
        .init(section: "Other", key: "x", value: "1 = 2", line: 10),
      ])
  }

  @Test(
    "command lines split at white space outside quotes",
    arguments: [
      ("a  b\tc", ["a", "b", "c"]), ("\"a b\" 'c d'", ["a b", "c d"]), ("a\\ b", ["a b"]), ("''", [""]),
      ("--x=\"1 2\"3", ["--x=1 23"]), ("a '' b", ["a", "", "b"]), ("\\", []), ("", []), ("\"open", ["open"]),
    ] as [(String, [String])])
  func words(text: String, expected: [String]) { #expect(UnitWords.split(text) == expected) }

  @Test("$NAME becomes words, ${NAME} stays one, $$ is a dollar, unset is empty")
  func expansion() {
    let environment = ["ARGS": UnitWords.Word(text: "--a=1 --b='x y'", file: "/env")]
    let words = UnitWords.expand(
      ["kubelet", "$ARGS", "$NONE", "--c=${ARGS}", "$$", "--d=${NONE}"], file: "/unit", environment: environment)
    #expect(
      words == [
        .init(text: "kubelet", file: "/unit"), .init(text: "--a=1", file: "/env"), .init(text: "--b=x y", file: "/env"),
        .init(text: "--c=--a=1 --b='x y'", file: "/env"), .init(text: "$", file: "/unit"),
        .init(text: "--d=", file: "/unit"),
      ])
  }

  @Test("unit directories: the stronger one wins, masks count, /run is gone after a boot")
  func unitFiles() throws {
    let tree = try TemporaryTree([
      "etc/systemd/system/a.service.d/10.conf": "", "usr/lib/systemd/system/a.service": "",
      "usr/lib/systemd/system/a.service.d/05.conf": "", "usr/lib/systemd/system/a.service.d/10.conf": "",
      "run/systemd/system/a.service.d/20.conf": "", "usr/lib/systemd/system/b.swap": "",
      "run/systemd/system/a.service": "",
    ])
    try tree.link("etc/systemd/system/b.swap", to: "/dev/null")
    let files = HostFiles(root: try HostRoot(tree.path, mode: .recorded))
    let running = UnitFiles(files)
    let next = UnitFiles(files, scope: .nextBoot)
    #expect(try running.find("a.service")?.path == "/run/systemd/system/a.service")
    #expect(try next.find("a.service")?.path == "/usr/lib/systemd/system/a.service")
    #expect(try next.find("b.swap") == .init(path: "/etc/systemd/system/b.swap", isMasked: true))
    #expect(try next.find("c.swap") == nil)
    try tree.write("etc/systemd/system/service.d/05.conf", "")
    try tree.write("usr/lib/systemd/system/service.d/15.conf", "")
    try tree.write("etc/systemd/system/socket.d/16.conf", "")
    let names = try running.dropIns(of: "a.service")
    #expect(
      names == [
        "/usr/lib/systemd/system/a.service.d/05.conf", "/etc/systemd/system/a.service.d/10.conf",
        "/usr/lib/systemd/system/service.d/15.conf", "/run/systemd/system/a.service.d/20.conf",
      ])
  }
}
