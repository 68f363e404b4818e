package import AgentCore
import Glibc

/// Hears who advertises virtual routers. It sends nothing, not even a report of group membership.
///
/// Needs CAP_NET_RAW (packet(7)).
package actor AdvertListener {
  private struct Post {
    var wire: AdvertSocket
    var since: HostTime
  }

  /// Interfaces that are listened on at most.
  package static let mostInterfaces = 8

  private let loop: EventLoop
  private let clock: any AgentClock
  private var posts: [String: Post] = [:]
  private var state = AdvertState()
  private var rivalries: Set<HeardAdverts.Router> = []
  private var subscriptions: [Int: AsyncStream<Trigger>.Continuation] = [:]
  private var lastID = 0
  package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  package init(loop: EventLoop, clock: any AgentClock) {
    self.loop = loop
    self.clock = clock
  }

  isolated deinit { posts = [:] }

  /// What was heard on these interfaces; begins to listen where it did not yet, and ends elsewhere.
  package func heard(on links: [NetworkLink]) -> AdvertOutcome {
    let links = links.prefix(Self.mostInterfaces)
    for (name, post) in posts where !links.contains(where: { $0.name == name && $0.index == post.wire.index }) {
      posts[name] = nil
      state.forget(interface: name)
    }
    let now = clock.now()
    for link in links where posts[link.name] == nil {
      do throws(SystemCallError) {
        let (name, index) = (link.name, link.index)
        let wire = try AdvertSocket(index: index) { [weak self] in self?.assumeIsolated { $0.receive(name) } }
        posts[name] = Post(wire: wire, since: now)
      } catch {
        return AdvertOutcome(error, interface: link.name)
      }
    }
    return .heard(report(at: now))
  }

  /// A trigger when a virtual router gets a second master that stays.
  package nonisolated func rivalry() -> AsyncStream<Trigger> {
    let (stream, continuation) = AsyncStream.makeStream(of: Trigger.self, bufferingPolicy: .bufferingNewest(1))
    Task(executorPreference: loop) { await self.subscribe(continuation) }
    return stream
  }

  private func subscribe(_ continuation: AsyncStream<Trigger>.Continuation) {
    lastID += 1
    let id = lastID
    subscriptions[id] = continuation
    continuation.onTermination = { [weak self, loop] _ in
      Task(executorPreference: loop) { await self?.unsubscribe(id) }
    }
  }

  private func unsubscribe(_ id: Int) { subscriptions[id] = nil }

  private func receive(_ name: String) {
    let (hearings, now) = (posts[name]?.wire.receive() ?? [], clock.now())
    for hearing in hearings { state.take(hearing, on: name, at: now) }
    let report = report(at: now)
    let rivalries = Set(report.masters.keys.filter { report.rivals(of: $0) != nil })
    if !rivalries.isSubset(of: self.rivalries) {
      for subscription in subscriptions.values { subscription.yield(Trigger()) }
    }
    self.rivalries = rivalries
  }

  private func report(at time: HostTime) -> HeardAdverts {
    HeardAdverts(
      masters: state.masters(at: time),
      listening: posts.values.map { time.elapsed(since: $0.since) }.min() ?? .zero,
      interfaces: posts.keys.sorted())
  }
}

extension AdvertOutcome {
  fileprivate init(_ error: SystemCallError, interface: String) {
    switch error.code {
    case EPERM where error.call == "socket", EACCES where error.call == "socket": self = .denied("CAP_NET_RAW")
    case ENODEV, ENXIO: self = .notApplicable("\(interface) is gone")
    default: self = .failed("\(interface): \(error)")
    }
  }
}
