import AgentHost
import AgentCore
import AgentText

/// Whether disks are well.
struct DiskHealthJudge {
  /// From so many new failed commands on a device is failing; fewer may be commands that it does not know.
  private static let manyCommands: UInt64 = 10

  let observation: DiskObservation

  var verdicts: [Verdict] {
    // Whom a disk touches is the host's matter, not the check's.
    readOnly
      + (errors + wear).map { verdict in
        var verdict = verdict
        verdict.lost = []
        verdict.atRisk = observation.planes
        return verdict
      }
  }

  /// Who uses a file system that cannot be written, and what they lose.
  private func harm(_ disk: ReadOnlyDisk) -> (state: CheckState, lost: [Plane], atRisk: [Plane]) {
    if disk.points.contains(MountPath("/")) { return (.failing, observation.planes, observation.planes) }
    let purposes = Set(observation.places.filter { $0.device == disk.device }.map(\.purpose))
    var lost: [Plane] = []
    if purposes.contains(.export) { lost.append(.storage) }
    if !purposes.isDisjoint(with: [.pods, .images, .etcd]) { lost.append(.workloads) }
    guard lost.isEmpty else { return (.failing, lost, lost) }
    // A volume of a pod: that pod fails, and no other.
    let kubelet = MountPath(observation.kubeletDirectory)
    guard observation.planes.contains(.workloads), disk.points.contains(where: { $0.isWithin(kubelet) }) else {
      return (.warning, [], [])
    }
    return (.failing, [], [.workloads])
  }

  private var readOnly: [Verdict] {
    let check: CheckID = "disk.read-only"
    let planes = observation.planes
    if let problem = observation.problem {
      return [Verdict(check, .unknown, "\(problem)", lost: planes, atRisk: planes)]
    }
    guard !observation.readOnly.isEmpty else {
      return [Verdict(check, .ok, "every local file system is as it was mounted", lost: planes, atRisk: planes)]
    }
    return observation.readOnly.map { disk in
      let point = disk.point.shown
      let evidence = [
        Evidence("mountinfo \(point)", "\(disk.type) on \(disk.source): \(PlainText.short(disk.options))")
      ]
      let (words, remedy): (String, String) =
        switch disk.cause {
        case .error:
          (
            "\(point) was turned read-only by the kernel after an error on \(disk.source)",
            "dmesg | grep -iE 'error|remount'; umount \(point); fsck -f \(disk.source); mount \(point)"
          )
        case .shutdown:
          (
            "\(point) was shut down by the kernel after an error on \(disk.source): every access fails",
            "dmesg | tail -50; umount \(point); fsck -f \(disk.source); mount \(point)"
          )
        case .remounted(let source):
          (
            "\(point) is read-only, though \(source) mounts it for writing",
            "dmesg | tail -50; mount -o remount,rw \(point)"
          )
        }
      let harm = harm(disk)
      let unused = harm.state == .warning ? "; neither the system nor pods nor exports are on it" : ""
      return Verdict(
        check, subject: point, harm.state, words + unused, evidence: evidence, remedy: remedy, lost: harm.lost,
        atRisk: harm.atRisk)
    }
  }

  private var errors: [Verdict] {
    let check: CheckID = "disk.errors"
    let worst = Dictionary(grouping: observation.errors.compactMap(judge), by: \.subject).values.compactMap {
      $0.min { $0.state.urgency < $1.state.urgency }
    }
    guard worst.isEmpty else { return worst.sorted { $0.subject < $1.subject } }
    guard !observation.errors.isEmpty else {
      return [Verdict(check, .skipped, "no device and no file system here counts errors")]
    }
    guard observation.errors.contains(where: { $0.kind != .commands || $0.new != nil }) else {
      return [Verdict(check, .skipped, "needs two looks at the counters: the daemon takes them")]
    }
    return [Verdict(check, .ok, "no errors on \(count(Set(observation.errors.map(\.device)).count))")]
  }

  private func judge(_ errors: DiskErrors) -> Verdict? {
    let new = errors.new ?? 0
    let words: String
    let state: CheckState
    switch errors.kind {
    case .commands:
      guard new > 0 else { return nil }
      state = new >= Self.manyCommands ? .failing : .warning
      words = "\(errors.device) failed \(new) commands in \(errors.over.spoken)"
    case .ext4:
      guard errors.count > 0 else { return nil }
      state = new > 0 ? .failing : .warning
      words =
        new > 0
        ? "ext4 on \(errors.device) found \(new) new errors in \(errors.over.spoken)"
        : "ext4 on \(errors.device) found \(errors.count) errors since its last fsck"
    case .btrfs(let name):
      guard errors.count > 0 else { return nil }
      state = new > 0 ? .failing : .warning
      words =
        new > 0
        ? "btrfs \(errors.device) counts \(new) new \(name) in \(errors.over.spoken)"
        : "btrfs \(errors.device) counts \(errors.count) \(name)"
    }
    return Verdict(
      "disk.errors", subject: errors.device, state, words, evidence: [Evidence(errors.source, "\(errors.count)")])
  }

  private func count(_ devices: Int) -> String { devices == 1 ? "1 device" : "\(devices) devices" }

  private var wear: [Verdict] {
    let check: CheckID = "disk.wear"
    let findings = observation.wear.compactMap(judge)
    guard findings.isEmpty else { return findings }
    guard !observation.wear.isEmpty else { return [Verdict(check, .skipped, "no eMMC and no NVMe drive here")] }
    let telling = observation.wear.count { if case .flash = $0 { true } else { false } }
    // A controller that works says nothing of the wear behind it.
    guard telling > 0 else {
      return [Verdict(check, .ok, "\(count(observation.wear.count)) of NVMe work; their wear is not visible here")]
    }
    return [Verdict(check, .ok, "no wear on \(count(telling))")]
  }

  private func judge(_ wear: DiskWear) -> Verdict? {
    switch wear {
    case .controller(_, "live", _), .controller(_, "new", _), .controller(_, "resetting", _): return nil
    case .controller(let device, let state, let source):
      return say(device, .failing, "\(device) does not work: its state is \(PlainText.short(state))", source, state)
    case .flash(let device, let life, let reserve, let source):
      let value = "life_time \(life), pre_eol_info \(reserve)"
      if life >= 11 || reserve >= 3 {
        return say(device, .failing, "\(device) is worn out: it may refuse writes any day", source, value)
      }
      if life >= 9 || reserve == 2 {
        let used =
          life >= 1 ? "\((life - 1) * 10) to \(life * 10) % of its life is used" : "its reserve is nearly used up"
        return say(device, .warning, "\(device) wears out: \(used)", source, value)
      }
      return nil
    }
  }

  private func say(_ device: String, _ state: CheckState, _ summary: String, _ source: String, _ value: String)
    -> Verdict
  {
    Verdict("disk.wear", subject: device, state, summary, evidence: [Evidence(source, PlainText.short(value))])
  }
}
