package import AgentCore
import AgentText
import CNetlink

/// Reads the network's tables, and says when they change (rtnetlink(7)).
///
/// A message of the kernel is a trigger and is counted; the truth is read anew. Always of the agent's own network
/// namespace.
package actor NetworkMonitor {
  private struct Subscription {
    /// What the counter counts for it.
    var watched: Set<IPAddress>
    var continuation: AsyncStream<Trigger>.Continuation
  }

  /// Messages of one wake-up; the rest waits, so that a storm of them does not hold up the loop.
  private static let batch = 256
  /// After an overrun, so that a burst costs few readings.
  private static let rereadPause = Duration.milliseconds(100)
  private static let groups = [RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_NEIGH]

  private let loop: EventLoop
  private let clock: any AgentClock
  private let receiveBuffer: Int
  // Before the socket, so that it leaves the loop while its descriptor is open.
  private var source: EventSource?
  private var socket: NetlinkSocket?
  private var counter = AddressEventCounter()
  private var subscriptions: [ObjectIdentifier: Subscription] = [:]
  private var counters = NetworkCounters()
  /// Whether the counter knows everything that was told before.
  private var isInStep = true
  private var reread: Task<Void, Never>?
  package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  /// - Parameter receiveBuffer: bytes for waiting notifications.
  package init(loop: EventLoop, clock: any AgentClock, receiveBuffer: Int = 1 << 20) {
    self.loop = loop
    self.clock = clock
    self.receiveBuffer = receiveBuffer
  }

  isolated deinit {
    reread?.cancel()
    source = nil
    socket = nil
  }

  /// The tables now, without what /sys tells.
  package func table() throws(NetworkError) -> NetworkTable {
    try NetworkDump.read { counters.interruptions += 1 }
  }

  /// What was counted since the first watch.
  package func counted() -> NetworkCounters {
    var counters = counters
    counters.addressEvents = counter.counts
    counters.lastEvents = counter.times
    counters.time = clock.now()
    return counters
  }

  /// A trigger when an interface or an address changed, or the hardware address of a watched one; the first one comes
  /// when the watch stands. The watched addresses are counted.
  package nonisolated func changes(for interest: AddressInterest = AddressInterest()) -> AsyncStream<Trigger> {
    let (stream, continuation) = AsyncStream.makeStream(of: Trigger.self, bufferingPolicy: .bufferingNewest(1))
    Task(executorPreference: loop) { await self.subscribe(interest, continuation) }
    return stream
  }

  /// Counts what an interest names now; one that nobody subscribed for is left alone.
  package func interestChanged(_ interest: AddressInterest) {
    guard let before = subscriptions[ObjectIdentifier(interest)]?.watched else { return }
    let watched = interest.current.watched
    // What stays is never let go, so that it keeps what is known of it.
    counter.watch(watched)
    counter.unwatch(before)
    subscriptions[ObjectIdentifier(interest)]?.watched = watched
  }

  private func subscribe(_ interest: AddressInterest, _ continuation: AsyncStream<Trigger>.Continuation) {
    let subscription = Subscription(watched: interest.current.watched, continuation: continuation)
    subscriptions[ObjectIdentifier(interest)] = subscription
    // The interest lives as long as the stream, so that no other takes its identity.
    continuation.onTermination = { [weak self, loop] _ in
      Task(executorPreference: loop) { await self?.unsubscribe(interest) }
    }
    counter.watch(subscription.watched)
    do {
      try start()
      counters.problem = nil
    } catch {
      // The interval still looks, and whoever reads the counters sees the reason.
      counters.problem = error
    }
    continuation.yield(Trigger())
  }

  private func unsubscribe(_ interest: AddressInterest) {
    guard let gone = subscriptions.removeValue(forKey: ObjectIdentifier(interest)) else { return }
    counter.unwatch(gone.watched)
  }

  private func start() throws(NetworkError) {
    guard source == nil else { return }
    let socket = try NetlinkSocket(groups: Self.groups, receiveBuffer: receiveBuffer)
    do {
      source = try EventSource.io(socket.descriptor, events: EventSource.readable) { [weak self] _ in
        self?.assumeIsolated { $0.receive() }
      }
    } catch {
      throw NetworkError.failed(call: error.call, reason: errorText(error.code))
    }
    self.socket = consume socket
    // Read after the subscription, so that no change falls between the two.
    read()
  }

  private func receive() {
    var isNews = false
    defer { counter.stamp(clock.now()) }
    for _ in 0..<Self.batch {
      switch socket?.receive(take: { isNews = counter.take($0) || isNews }) {
      case .messages?: continue
      case .overrun?:
        counters.overruns += 1
        isNews = true
        isInStep = false
      case .nothing?, nil: return isNews ? notify() : ()
      }
    }
    if isNews { notify() }
  }

  private func notify() {
    if !isInStep { rereadLater() }
    for subscription in subscriptions.values { subscription.continuation.yield(Trigger()) }
  }

  private func rereadLater() {
    guard reread == nil else { return }
    let clock = clock
    reread = Task(executorPreference: loop) { [weak self] in
      try? await clock.sleep(for: Self.rereadPause)
      await self?.rereadNow()
    }
  }

  private func rereadNow() {
    reread = nil
    counters.rereads += 1
    read()
    for subscription in subscriptions.values { subscription.continuation.yield(Trigger()) }
  }

  /// A reading that failed, because everything changes, is tried again with the next message.
  private func read() {
    let table = try? table()
    isInStep = table != nil
    guard let table else { return }
    counter.reconcile(with: table)
    counter.stamp(clock.now())
  }
}
