import AgentCore

/// The checks of NFS, with their texts.
enum NFSChecks {
  static let all = [server, responding, retransmissions, blockedTasks, readOnly, space, stuckMounts, pods]

  private static let byServer = Dependency("nfs.server", subject: .firstWord)
  private static let byExport = Dependency("nfs.responding", subject: .same)

  private static let server = CheckDefinition(
    "nfs.server", title: "The NFS server answers",
    why: """
      When the server is gone, every pod with a volume on it hangs at its next read or write and cannot be ended. Pods \
      without such a volume go on, and so does kubectl.
      """,
    source: """
      addr= and port= of /proc/1/mountinfo, or cluster.storage.nfs; a NULL call of RPC program 100003 over TCP; the \
      host's neighbour table
      """,
    confirm: "rpcinfo -n 2049 -t SERVER nfs; ping -c 3 SERVER",
    remedy: "on SERVER: systemctl restart nfs-server.service",
    undo: "nothing was changed", subject: "server", worst: .failing, lost: [.storage], atRisk: [.storage],
    dependsOn: [Dependency("links.state")], timing: .probe)

  private static let responding = CheckDefinition(
    "nfs.responding", title: "What is mounted by NFS can be used",
    why: """
      A mount can be stuck although its server is well: the export was removed or made anew (stale), or the session was \
      lost. What uses it hangs or fails until it is mounted anew.
      """,
    source: """
      requests, replies and errors in /proc/1/mountstats; in doubt and every five minutes (deepProbe) statx(2) in a \
      child that can be killed, at one mount point of each file system, started by nodeagent-helper where the agent may \
      not look. What nobody uses may be stale for that long before it is seen
      """,
    confirm: "timeout -s KILL 5 stat -f MOUNTPOINT; nfsstat -m",
    remedy: "kubectl delete pod POD; then umount -f -l MOUNTPOINT if it stays mounted",
    undo: "mount MOUNTPOINT; the kubelet mounts what pods need", subject: "server and export", worst: .failing,
    lost: [.storage], atRisk: [.storage], dependsOn: [byServer], timing: .probe)

  private static let retransmissions = CheckDefinition(
    "nfs.retransmissions", title: "Requests to the NFS server need no repeating",
    why: "Requests that are sent again mean a lossy network or an overloaded server: everything on it is slow.",
    source: "per-operation counters of /proc/1/mountstats over the last five minutes",
    confirm: "nfsstat -rc; nfsiostat",
    remedy: "ip -s link; ethtool -S INTERFACE | grep -i err; on SERVER: grep th /proc/net/rpc/nfsd",
    undo: "nothing was changed", subject: "server and export", worst: .warning, atRisk: [.storage],
    dependsOn: [byServer, byExport])

  private static let blockedTasks = CheckDefinition(
    "nfs.blocked-tasks", title: "No task waits for NFS without end",
    why: "A task in such a wait counts as load, and neither its pod nor the node's shutdown can end before it does.",
    source: """
      state and wchan of all tasks in /proc, asked of nodeagent-helper where the agent may not see them; the helper needs \
      CAP_SYS_PTRACE for it
      """,
    confirm: "ps -eo pid,stat,wchan:32,comm | awk '$2 ~ /^D/'", remedy: "bring the server back, then the tasks go on",
    undo: "nothing was changed", subject: "server", worst: .warning, atRisk: [.storage],
    dependsOn: [Dependency("nfs.server"), Dependency("nfs.responding")], timing: .probe)

  private static let readOnly = CheckDefinition(
    "nfs.read-only", title: "The NFS server lets write what is mounted for writing",
    why: "An export that became read-only lets pods read and fails every write: databases stop, logs are lost.",
    source: """
      options of /proc/1/mountinfo; the access that the server grants, seen together with statx(2). The kernel remembers \
      for each user what was granted, so the child asks with a group of its own: nodeagent-helper needs CAP_SETGID for it
      """,
    confirm: "grep nfs /proc/mounts; on SERVER: exportfs -v",
    remedy: "on SERVER: exportfs -v; make the export rw in /etc/exports; exportfs -ra", undo: "on SERVER: exportfs -ra",
    subject: "server and export", worst: .failing, lost: [.storage], atRisk: [.storage],
    dependsOn: [byServer, byExport], timing: .probe)

  private static let space = CheckDefinition(
    "nfs.space", title: "There is room on the NFS server",
    why: "When the exported file system or the quota is full, every write of every pod on it fails.",
    source: "statfs(2) together with the look at the mount: every five minutes, and when writes fail",
    confirm: "timeout -s KILL 5 df -h MOUNTPOINT",
    remedy: "on SERVER: du -xh --max-depth=2 EXPORT | sort -h | tail", undo: "nothing was changed",
    subject: "server and export", worst: .failing, lost: [.storage], atRisk: [.storage],
    dependsOn: [byServer, byExport], timing: .probe)

  private static let stuckMounts = CheckDefinition(
    "nfs.stuck-mounts", title: "Mounts and unmounts come to an end",
    why: """
      A mount.nfs or umount that hangs keeps a pod in ContainerCreating or Terminating. Those that a CSI driver left \
      behind can keep the server from being mounted at all.
      """,
    source: "mount.nfs and umount in /proc, older than 60 s", confirm: "ps -eo pid,etime,stat,comm | grep -E 'mount'",
    remedy:
      "bring the server back; kubectl -n kube-system delete pod -l app=csi-nfs-node --field-selector spec.nodeName=NODE",
    undo: "nothing was changed", subject: "server", worst: .warning, atRisk: [.storage],
    dependsOn: [Dependency("nfs.server"), Dependency("nfs.responding")])

  private static let pods = CheckDefinition(
    "nfs.pods", title: "No pod suffers from an NFS server",
    why: """
      It names who suffers: the pods of this node whose volumes lie on a server that does not answer, answers late, or \
      cannot be written.
      """,
    source: """
      mount points below /var/lib/kubelet/pods, vol_data.json beside them, and the names in /var/log/pods; the API \
      server is not asked
      """,
    confirm: "grep nfs /proc/mounts | grep -o 'pods/[^ ]*'; ls /var/log/pods",
    remedy: "mend what nfs.server, nfs.responding, nfs.space or nfs.read-only names; pods go on by themselves",
    undo: "nothing was changed", subject: "server",
    worst: .warning, atRisk: [.storage],
    dependsOn: [
      Dependency("nfs.server", subject: .same), Dependency("nfs.responding"), Dependency("nfs.read-only"),
      Dependency("nfs.space"),
    ], timing: .probe)
}
