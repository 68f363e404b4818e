import AgentTesting
import Foundation
import Testing

@testable import AgentHost
@testable import AgentKnowledge

/// The hidden mode from outside, started as systemd starts the service of a socket unit (sd_listen_fds(3)).
@Suite(.timeLimit(.minutes(10))) struct HelperModeTests {
  private static let question = #"{"request":"crio-info","version":1}"#

  /// Starts it with a descriptor 3, which a shell makes of the one that Process can hand over.
  private func start(
    _ input: FileHandle, _ arguments: String..., listen: String = "LISTEN_FDS=1 LISTEN_PID=$$"
  ) throws -> Program.Running {
    let script = "\(listen) exec \"$0\" helper \"$@\" 3<&0 0</dev/null"
    return try Program.start(["-c", script, Program.path] + arguments, program: "/bin/sh", input: input)
  }

  /// A tree with a stand-in for CRI-O, and the helper's socket in it.
  private func makeTree() throws -> (TemporaryTree, crio: SocketServer, listener: FileHandle) {
    let tree = try TemporaryTree(["run/crio/keep": "", "run/nodeagent/keep": ""])
    let crio = try SocketServer(unix: tree.path + CRIOReport.socket) { connection in
      _ = connection.receive(upTo: "\r\n\r\n")
      connection.send("HTTP/1.0 200 OK\r\n\r\n{\"cgroup_driver\":\"systemd\"}")
    }
    let listener = try SocketServer.unixListener(tree.path + HelperProtocol.socket)
    return (tree, crio, FileHandle(fileDescriptor: listener, closeOnDealloc: true))
  }

  @Test func itAnswersOnTheSocketItIsHandedAndEndsWhenIdle() throws {
    let (tree, crio, listener) = try makeTree()
    // A connection that waits already is what starts it; so it is not idle before its first answer.
    let first = try SocketConnection(unix: tree.path + HelperProtocol.socket)
    first.send(Self.question + "\n")
    let running = try start(listener, "--root", tree.path, "--idle", "1s")
    let answer = first.receiveAll()
    #expect(answer.contains(#""cgroupDriver":"systemd""#))
    #expect(answer.hasSuffix(#","version":1}"# + "\n"))
    let second = try SocketConnection(unix: tree.path + HelperProtocol.socket)
    second.send("{}\n")
    #expect(second.receiveAll().contains("the question is not"))
    let result = running.finish()
    #expect(result.status == 0)
    #expect(result.output == "")
    // One line for the user, however often it asks.
    #expect(result.error == "answers user \(getuid()) (process \(getpid()))\n")
    // The socket is systemd's: what comes later waits in it for the next start.
    #expect(throws: Never.self) { try SocketConnection(unix: tree.path + HelperProtocol.socket) }
    withExtendedLifetime(crio) {}
  }

  @Test(arguments: ["", "LISTEN_FDS=1 LISTEN_PID=1", "LISTEN_FDS=2 LISTEN_PID=$$", "LISTEN_FDS=x LISTEN_PID=$$"])
  func withoutASocketOfSystemdItIsWrongUsage(listen: String) throws {
    let (_, _, listener) = try makeTree()
    let result = try start(listener, listen: listen).finish()
    #expect(result.status == 64)
    #expect(result.error == "nodeagent helper is started by systemd: systemctl start nodeagent-helper.socket\n")
  }

  @Test func whatIsNoListeningSocketIsWrongUsage() throws {
    let (tree, _, _) = try makeTree()
    let file = try #require(FileHandle(forReadingAtPath: "/dev/null"))
    #expect(try start(file).finish().status == 64)
    let tcp = try SocketServer.tcpListener(backlog: 1)
    #expect(try start(FileHandle(fileDescriptor: tcp.descriptor, closeOnDealloc: true)).finish().status == 64)
    withExtendedLifetime(tree) {}
  }

  @Test(arguments: [["x"], ["--idle"], ["--idle", "soon"], ["--help"]]) func argumentsAreWrongUsage(words: [String])
    throws
  {
    let result = try Program.start(["helper"] + words).finish()
    #expect(result.status == 64)
    #expect(result.output == "")
    #expect(result.error.isEmpty == false)
  }

  @Test func withoutSystemdItMakesTheSocketItself() throws {
    let tree = try TemporaryTree(["keep": ""])
    // A dead one, as a container that was killed leaves it.
    close(try SocketServer.unixListener(tree.path + "/s"))
    let result = try Program.start(["helper", "--listen", tree.path + "/s", "--idle", "1s"]).finish()
    #expect(result.status == 0)
    let made = try FileManager.default.attributesOfItem(atPath: tree.path + "/s")
    #expect(made[.posixPermissions] as? Int == 0o660)
    #expect(made[.type] as? FileAttributeType == .typeSocket)
  }

  @Test func aSocketOnWhichSomebodyAnswersIsNotTaken() throws {
    let tree = try TemporaryTree(["keep": "", "file": ""])
    let listener = try SocketServer.unixListener(tree.path + "/s")
    defer { close(listener) }
    for name in ["/s", "/file", "/absent/s"] {
      let result = try Program.start(["helper", "--listen", tree.path + name, "--idle", "1s"]).finish()
      #expect(result.status == 64)
      #expect(result.error.hasPrefix(tree.path + name + ": "))
    }
    #expect(throws: Never.self) { try SocketConnection(unix: tree.path + "/s") }
  }

  @Test func theHelpDoesNotShowIt() throws {
    for arguments in [["--help"], ["help"], []] {
      let result = try Program.start(arguments).finish()
      #expect(result.output.contains("doctor"))
      #expect(!result.output.contains("helper"))
    }
  }
}
