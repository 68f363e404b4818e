import AgentTesting
import Foundation
import Testing

/// The daemon from outside. Each waits for a line of its log, never for time.
@Suite(.timeLimit(.minutes(10))) struct DaemonTests {
  /// Starts on a free port and returns it with the process.
  private func start(_ environment: [String: String] = [:]) throws -> (Program.Running, port: String) {
    let running = try Program.start(["run", "--listen", "127.0.0.1:0"], environment: environment)
    let line = try #require(running.log(until: "listening on"))
    let port = line.split(separator: ":").last.map { $0.filter(\.isNumber) } ?? ""
    return (running, port)
  }

  private func get(_ path: String, port: String) throws -> Program.Result {
    try Program.run(
      "-sS", "--max-time", "20", "--retry", "20", "--retry-all-errors", "--retry-max-time", "20", "--fail",
      "http://127.0.0.1:\(port)\(path)", program: "/usr/bin/curl")
  }

  @Test(arguments: [SIGTERM, SIGINT]) func aSignalEndsItCleanly(signal: Int32) throws {
    let (running, port) = try start()
    #expect(try get("/readyz", port: port).output == "ok\n")
    #expect(try get("/healthz", port: port).output == "ok\n")
    #expect(try get("/metrics", port: port).output.contains("nodeagent_check_state{"))
    #expect(try get("/status", port: port).output.hasPrefix("{"))
    kill(running.process.processIdentifier, signal)
    let result = running.finish()
    #expect(result.status == 0)
    #expect(running.process.terminationReason == .exit)
    #expect(result.error.contains("ending on"))
  }

  @Test func aPortInUseIsAClearError() throws {
    let (running, port) = try start()
    let second = try Program.run("run", "--listen", "127.0.0.1:\(port)")
    #expect(second.status == 1)
    #expect(
      second.error == """
        cannot listen on 127.0.0.1:\(port): address already in use; name an address of this host and a free port with \
        --listen HOST:PORT or 'listen' in the configuration (who has a port: ss -ltnp 'sport = :\(port)')

        """)
    running.process.terminate()
    _ = running.finish()
  }

  /// sysconf(3) and sched_getaffinity(2) are what Swift, NIO and libdispatch size their pools by.
  @Test func itsThreadsDoNotGrowWithTheProcessors() throws {
    let tree = try TemporaryTree([
      "many.c": """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <sched.h>
      #include <unistd.h>
      long sysconf(int name) {
        long (*real)(int) = (long (*)(int))dlsym(RTLD_NEXT, "sysconf");
        return name == _SC_NPROCESSORS_ONLN || name == _SC_NPROCESSORS_CONF ? 16 : real(name);
      }
      int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set) {
        CPU_ZERO_S(size, set);
        for (int i = 0; i < 16; i++) CPU_SET_S(i, size, set);
        return 0;
      }
      """
    ])
    let library = tree.path + "/many.so"
    let built = try Program.run(
      "clang", "-shared", "-fPIC", "-o", library, tree.path + "/many.c", program: "/usr/bin/env")
    try #require(built.status == 0, "\(built.error)")
    let (running, port) = try start(["LD_PRELOAD": library])
    _ = try get("/readyz", port: port)
    let status = try String(contentsOfFile: "/proc/\(running.process.processIdentifier)/status", encoding: .utf8)
    let threads = status.split(separator: "\n").first { $0.hasPrefix("Threads:") }.flatMap {
      Int($0.filter(\.isNumber))
    }
    running.process.terminate()
    _ = running.finish()
    #expect(try #require(threads) <= 5)
  }
}
