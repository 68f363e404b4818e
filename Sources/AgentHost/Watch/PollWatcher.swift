package import AgentCore
import CLinux
import Glibc

/// Waits for the kernel to say that a pollable file below /proc changed: /proc/swaps after swapon(2) and swapoff(2),
/// /proc/self/mountinfo after a mount (POLLPRI, proc(5)).
package actor PollWatcher {
  private final class Watched {
    // Before the file, so that it leaves the loop while its descriptor is open.
    let source: EventSource
    let file: OpenFile

    init(_ file: OpenFile, _ source: consuming EventSource) {
      self.file = file
      self.source = source
    }
  }

  private final class OpenFile: Sendable {
    let descriptor: FileDescriptor

    init(_ path: String, _ files: HostFiles) throws(FileError) {
      descriptor = try files.open(path, flags: O_RDONLY | O_NONBLOCK)
    }
  }

  private let loop: EventLoop
  private let worker: Worker
  private let files: HostFiles
  private var watched: [Int: Watched] = [:]
  private var lastID = 0
  package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  package init(loop: EventLoop, worker: Worker, files: HostFiles) {
    self.loop = loop
    self.worker = worker
    self.files = files
  }

  isolated deinit { watched = [:] }

  /// A trigger whenever the kernel reports a change of the file; none when the file cannot be opened.
  package nonisolated func changes(of path: String) -> AsyncStream<Trigger> {
    let (stream, continuation) = AsyncStream.makeStream(of: Trigger.self, bufferingPolicy: .bufferingNewest(1))
    Task(executorPreference: loop) { await self.watch(path, continuation) }
    return stream
  }

  private func watch(_ path: String, _ continuation: AsyncStream<Trigger>.Continuation) async {
    do {
      let file = try await worker.run { [files] in try OpenFile(path, files) }
      let source = try EventSource.io(file.descriptor.raw, events: EventSource.exceptional) { _ in
        continuation.yield(Trigger())
      }
      lastID += 1
      let id = lastID
      watched[id] = Watched(file, source)
      // One that is over already calls it at once.
      continuation.onTermination = { [weak self, loop] _ in
        Task(executorPreference: loop) { await self?.drop(id) }
      }
      // What changed before it was watched is seen by this look.
      continuation.yield(Trigger())
    } catch {
      // The interval still looks, and the plugin itself reports that it may not read the file.
      continuation.finish()
    }
  }

  private func drop(_ id: Int) { watched[id] = nil }
}
