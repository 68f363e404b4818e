import AgentCore

/// The checks of disks, with their texts.
enum DiskChecks {
  static let all = [space, inodes, readOnly, errors, wear]

  private static let space = CheckDefinition(
    "disk.space", title: "There is room for pods, images, etcd and exports",
    why: """
      Below its thresholds the kubelet deletes images, then evicts pods, and takes no new ones. etcd on a full disk \
      stops, and with it the cluster's administration.
      """,
    source: "statfs(2) of local file systems; evictionHard of the kubelet's effective configuration",
    confirm: "df -h /var/lib/kubelet /var/lib/etcd /; grep -A5 evictionHard /var/lib/kubelet/config.yaml",
    remedy: "crictl rmi --prune; journalctl --vacuum-size=200M; du -xh --max-depth=2 / | sort -h | tail",
    undo: "images are pulled again when they are needed", subject: "directory", worst: .failing, lost: [.workloads],
    atRisk: [.workloads])

  private static let inodes = CheckDefinition(
    "disk.inodes", title: "There is room for more files",
    why: "Without free inodes no file can be made although there is space; the kubelet evicts pods for it as well.",
    source: "statfs(2) of local file systems; evictionHard of the kubelet's effective configuration",
    confirm: "df -i /var/lib/kubelet /var/lib/etcd /", remedy: "du -x --inodes --max-depth=2 / | sort -n | tail",
    undo: "nothing was changed", subject: "directory", worst: .failing, lost: [.workloads], atRisk: [.workloads])

  private static let readOnly = CheckDefinition(
    "disk.read-only", title: "No local file system turned read-only",
    why: """
      After an error the kernel lets nothing write to a file system any more. With the system, the kubelet, images or \
      etcd on it pods fail one after the other, and nothing starts again until it was repaired; what is exported from it \
      fails for all its users. A disk that none of them uses is a warning.
      """,
    source: "options of the file system and of its mount points in /proc/1/mountinfo; /etc/fstab",
    confirm: "findmnt --real -o TARGET,SOURCE,OPTIONS; dmesg | grep -iE 'i/o error|remount'",
    remedy: "dmesg | grep -iE 'i/o error|remount'; unmount it, fsck -f DEVICE, and mount it again",
    undo: "nothing was changed", subject: "mount point", worst: .failing, lost: [.workloads], atRisk: [.workloads])

  private static let errors = CheckDefinition(
    "disk.errors", title: "Disks and file systems count no new errors",
    why: "A disk that begins to fail shows it here first: time to copy what is on it, while that is possible.",
    source: """
      ioerr_cnt of SCSI and SATA devices, errors_count of /sys/fs/ext4, error_stats of /sys/fs/btrfs; over one hour
      """,
    confirm: "cat /sys/fs/ext4/*/errors_count /sys/block/*/device/ioerr_cnt; dmesg | grep -i error",
    remedy: "smartctl -a /dev/DEVICE; copy what is on it and replace it", undo: "nothing was changed",
    subject: "device", worst: .failing, atRisk: [.workloads])

  private static let wear = CheckDefinition(
    "disk.wear", title: "Flash is not worn out, and drives are alive",
    why: "Flash that has used up its life refuses writes one day: the node does not come back from its next start.",
    source: "life_time and pre_eol_info of eMMC, the state of NVMe controllers, in /sys",
    confirm: "cat /sys/block/mmcblk0/device/life_time /sys/class/nvme/*/state; nvme smart-log /dev/nvme0",
    remedy: "copy the disk to a new one: dd if=/dev/DEVICE of=/dev/NEW bs=4M", undo: "nothing was changed",
    subject: "device", worst: .failing, atRisk: [.workloads])
}
